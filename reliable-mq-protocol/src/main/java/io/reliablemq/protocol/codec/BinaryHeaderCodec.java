package io.reliablemq.protocol.codec;

import io.netty.buffer.ByteBuf;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The binary header.
 *
 * <pre>
 * code            2   signed: larger codes cannot be sent
 * language        1
 * version         2
 * opaque          4
 * flag            4
 * remark          4 + n
 * fields          4 + n: entries of name (2 + n) and value (4 + n) until the block ends
 * </pre>
 *
 * <p>A text of length 0 is the same as none. Pure functions.
 */
final class BinaryHeaderCodec {

    private static final int FIXED_BYTES = 21;
    private static final int JAVA = 0;

    /** @throws IllegalArgumentException if the code or a name does not fit into its width */
    static void encode(Command command, HeaderBuffer out) {
        if (command.code() != (short) command.code()) {
            throw new IllegalArgumentException(
                    "The code " + command.code() + " does not fit into the two bytes of a binary header; use JSON");
        }
        out.putShort(command.code());
        out.putByte(JAVA);
        out.putShort(command.version());
        out.putInt(command.correlationId());
        out.putInt(command.flags());
        putLong(command.remarkText(), out);
        int block = out.size();
        out.putInt(0);
        command.fields().forEach((name, value) -> {
            putShort(name, out);
            putLong(value, out);
        });
        out.setInt(block, out.size() - block - 4);
    }

    private static void putLong(String text, HeaderBuffer out) {
        int at = out.size();
        out.putInt(0);
        out.putUtf8(text);
        out.setInt(at, out.size() - at - 4);
    }

    private static void putShort(String name, HeaderBuffer out) {
        int at = out.size();
        out.putShort(0);
        out.putUtf8(name);
        int length = out.size() - at - 2;
        if (length > Short.MAX_VALUE) {
            throw new IllegalArgumentException("A header field's name takes " + length + " bytes; at most "
                    + Short.MAX_VALUE + " fit into a binary header");
        }
        out.setShort(at, length);
    }

    /**
     * Reads the header at the buffer's position and moves the position behind it.
     *
     * @throws MalformedFrameException if a length within leads out of the header
     */
    static Command decode(ByteBuf in, int length, Body body) {
        int end = in.readerIndex() + length;
        if (length < FIXED_BYTES) {
            throw new MalformedFrameException(
                    "its binary header has " + length + " bytes, fewer than the fixed part's " + FIXED_BYTES);
        }
        int code = in.readShort();
        in.skipBytes(1);
        int version = in.readShort();
        int correlationId = in.readInt();
        int flags = in.readInt();
        String remark = text(in, lengthOf(in.readInt(), in, end - 4, "remark"));
        int block = lengthOf(in.readInt(), in, end, "fields");
        Map<String, String> fields = fields(in, in.readerIndex() + block);
        in.readerIndex(end);
        return new Command(code, version, correlationId, flags, remark, fields, body);
    }

    private static Map<String, String> fields(ByteBuf in, int end) {
        if (in.readerIndex() == end) {
            return Map.of();
        }
        Map<String, String> fields = new HashMap<>();
        while (in.readerIndex() < end) {
            requireLeft(in, end, 2);
            String name = text(in, lengthOf(in.readShort(), in, end, "name of a field"));
            requireLeft(in, end, 4);
            String value = text(in, lengthOf(in.readInt(), in, end, "value of a field"));
            if (name != null && value != null) {
                fields.put(name, value);
            }
        }
        return Collections.unmodifiableMap(fields);
    }

    private static void requireLeft(ByteBuf in, int end, int bytes) {
        if (end - in.readerIndex() < bytes) {
            throw new MalformedFrameException("its binary header ends in the middle of a field");
        }
    }

    private static int lengthOf(int length, ByteBuf in, int end, String part) {
        int left = end - in.readerIndex();
        if (length < 0 || length > left) {
            throw new MalformedFrameException("the " + part + " in its binary header has length " + length + " where "
                    + left + " bytes are left");
        }
        return length;
    }

    private static @Nullable String text(ByteBuf in, int length) {
        return length == 0 ? null : in.readString(length, StandardCharsets.UTF_8);
    }

    private BinaryHeaderCodec() {}
}
