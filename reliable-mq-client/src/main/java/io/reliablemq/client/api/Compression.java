package io.reliablemq.client.api;

/**
 * How a producer makes bodies smaller on their way. Brokers keep them as they come; consumers inflate them. A body that does
 * not get smaller goes as it is, and so do batches.
 *
 * @param aboveBytes bodies of more bytes than that are compressed
 */
public record Compression(Format format, int aboveBytes) {

    /** Bodies above 4 KiB with zlib, as the clients of Apache RocketMQ do. */
    public static final Compression DEFAULT = new Compression(Format.ZLIB, 4096);

    /** Bodies go as they are. */
    public static final Compression NONE = new Compression(Format.ZLIB, Integer.MAX_VALUE);

    /** The formats that the protocol knows. */
    public enum Format {
        /** Part of the JDK. */
        ZLIB,
        /** Needs {@code at.yawk.lz4:lz4-java} on the class path, here and in consumers. */
        LZ4,
        /** Needs {@code com.github.luben:zstd-jni} on the class path, here and in consumers. */
        ZSTD
    }

    public Compression {
        if (aboveBytes < 0) {
            throw new IllegalArgumentException("aboveBytes is " + aboveBytes + "; it must not be negative");
        }
    }
}
