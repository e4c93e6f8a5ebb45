package io.reliablemq.protocol.message;

/** The bits of a message's system flag. */
public final class SystemFlag {

    public static final int COMPRESSED = 0x1;
    public static final int TRANSACTION_BITS = 0xC;
    public static final int TRANSACTION_PREPARED = 0x4;
    public static final int TRANSACTION_COMMIT = 0x8;
    public static final int TRANSACTION_ROLLBACK = 0xC;
    public static final int BORN_HOST_V6 = 0x10;
    public static final int STORE_HOST_V6 = 0x20;
    public static final int COMPRESSION_TYPE_BITS = 0x700;
    public static final int COMPRESSION_LZ4 = 0x100;
    public static final int COMPRESSION_ZSTD = 0x200;
    public static final int COMPRESSION_ZLIB = 0x300;

    public static boolean isSet(int systemFlag, int bit) {
        return (systemFlag & bit) != 0;
    }

    private SystemFlag() {}
}
