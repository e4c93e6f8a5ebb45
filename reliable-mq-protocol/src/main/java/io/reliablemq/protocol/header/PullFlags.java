package io.reliablemq.protocol.header;

/** Bits of a pull request's system flag. */
public final class PullFlags {

    public static final int COMMIT_OFFSET = 1;
    /** Hold the pull until a message arrives or its suspend time is over. */
    public static final int SUSPEND = 2;
    /** The request carries its subscription, instead of relying on the heartbeat's. */
    public static final int SUBSCRIPTION = 4;

    public static final int CLASS_FILTER = 8;
    public static final int LITE_PULL = 16;

    private PullFlags() {}
}
