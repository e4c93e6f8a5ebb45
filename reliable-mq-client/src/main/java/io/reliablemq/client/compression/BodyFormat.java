package io.reliablemq.client.compression;

import io.reliablemq.client.api.Compression.Format;
import io.reliablemq.protocol.message.SystemFlag;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** The formats of compressed bodies, with their bits of the system flag. */
public enum BodyFormat {
    /** A zlib stream (RFC 1950). */
    ZLIB(SystemFlag.COMPRESSION_ZLIB, "") {
        @Override
        OutputStream deflating(OutputStream out) {
            Deflater deflater = new Deflater(ZLIB_LEVEL);
            return new DeflaterOutputStream(out, deflater) {
                @Override
                public void close() throws IOException {
                    super.close();
                    deflater.end();
                }
            };
        }

        @Override
        InputStream inflating(InputStream in) {
            return new InflaterInputStream(in);
        }
    },
    /** LZ4 frames. */
    LZ4(SystemFlag.COMPRESSION_LZ4, "at.yawk.lz4:lz4-java") {
        @Override
        OutputStream deflating(OutputStream out) throws IOException {
            return Lz4Streams.deflating(out);
        }

        @Override
        InputStream inflating(InputStream in) throws IOException {
            return Lz4Streams.inflating(in);
        }
    },
    /** Zstandard frames. */
    ZSTD(SystemFlag.COMPRESSION_ZSTD, "com.github.luben:zstd-jni") {
        @Override
        OutputStream deflating(OutputStream out) throws IOException {
            return ZstdStreams.deflating(out);
        }

        @Override
        InputStream inflating(InputStream in) throws IOException {
            return ZstdStreams.inflating(in);
        }
    };

    /** No body may become larger than this when it is inflated. */
    public static final int MAX_BODY_BYTES = 128 * 1024 * 1024;

    /** The level of the protocol's clients. */
    private static final int ZLIB_LEVEL = 5;

    private static final int CHUNK_BYTES = 8192;

    private final int bits;
    private final String library;

    BodyFormat(int bits, String library) {
        this.bits = bits;
        this.library = library;
    }

    abstract OutputStream deflating(OutputStream out) throws IOException;

    abstract InputStream inflating(InputStream in) throws IOException;

    public static BodyFormat of(Format format) {
        return switch (format) {
            case ZLIB -> ZLIB;
            case LZ4 -> LZ4;
            case ZSTD -> ZSTD;
        };
    }

    /** The bits of the system flag that say that a body is compressed, and how. */
    public int systemFlag() {
        return SystemFlag.COMPRESSED | bits;
    }

    /** @throws IllegalStateException if the format's library is missing, naming it */
    public void requireLibrary() {
        compress(new byte[1]);
    }

    /** @throws IllegalStateException if the format's library is missing, naming it */
    public byte[] compress(byte[] body) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(body.length / 2 + 64);
        try (OutputStream out = deflating(compressed)) {
            out.write(body);
        } catch (IOException e) {
            throw new IllegalStateException("The body could not be compressed in memory", e);
        } catch (LinkageError e) {
            throw new IllegalStateException(missing(), e);
        }
        return compressed.toByteArray();
    }

    /**
     * The body as it was before it was compressed, as its message's system flag says.
     *
     * @throws BadCompressionException if that cannot be
     */
    public static byte[] inflate(int systemFlag, byte[] body) throws BadCompressionException {
        return SystemFlag.isSet(systemFlag, SystemFlag.COMPRESSED)
                ? named(systemFlag & SystemFlag.COMPRESSION_TYPE_BITS).inflate(body, MAX_BODY_BYTES)
                : body;
    }

    private static BodyFormat named(int typeBits) throws BadCompressionException {
        if (typeBits == 0) {
            // What old clients send.
            return ZLIB;
        }
        for (BodyFormat format : values()) {
            if (format.bits == typeBits) {
                return format;
            }
        }
        throw new BadCompressionException(
                "its body is compressed in the unknown format " + (typeBits >> TYPE_SHIFT), null);
    }

    private static final int TYPE_SHIFT = 8;

    byte[] inflate(byte[] compressed, int maxBytes) throws BadCompressionException {
        try (InputStream in = inflating(new ByteArrayInputStream(compressed))) {
            ByteArrayOutputStream inflated = new ByteArrayOutputStream(Math.min(compressed.length, maxBytes / 4) * 4);
            byte[] chunk = new byte[CHUNK_BYTES];
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                inflated.write(chunk, 0, length);
                if (inflated.size() > maxBytes) {
                    throw new BadCompressionException(
                            "its body of " + compressed.length + " bytes inflates to more than " + maxBytes, null);
                }
            }
            return inflated.toByteArray();
        } catch (IOException | RuntimeException e) {
            throw new BadCompressionException("its body is no whole " + this + " stream", e);
        } catch (LinkageError e) {
            throw new BadCompressionException(missing(), e);
        }
    }

    private String missing() {
        return "a body in the format " + this + " needs the library " + library
                + ", which is not on the class path; add it";
    }
}
