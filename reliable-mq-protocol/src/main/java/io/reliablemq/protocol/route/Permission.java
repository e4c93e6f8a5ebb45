package io.reliablemq.protocol.route;

/** Bits of a topic's permission. */
public final class Permission {

    /** New topics may take their settings from this one. */
    public static final int INHERIT = 1;

    public static final int WRITE = 2;
    public static final int READ = 4;
    public static final int READ_WRITE = READ | WRITE;

    public static boolean canWrite(int permission) {
        return (permission & WRITE) != 0;
    }

    public static boolean canRead(int permission) {
        return (permission & READ) != 0;
    }

    public static boolean canInherit(int permission) {
        return (permission & INHERIT) != 0;
    }

    private Permission() {}
}
