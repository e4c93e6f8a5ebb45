package io.reliablemq.protocol.codec;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.text.PlainBytes;
import io.reliablemq.protocol.text.TextList;
import java.nio.charset.StandardCharsets;
import java.util.Map;

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
 * <p>A text of length 0 is the same as none, so that not every command can be told in this form.
 */
final class BinaryHeaderCodec {

    private static final int FIXED_BYTES = 21;
    private static final int JAVA = 0;

    /** @return whether the command could be told without a loss; if not, what was put in is of no use */
    static boolean encode(Command command, HeaderBuffer out) {
        String remark = command.remark();
        boolean fits = command.code() == (short) command.code() && command.version() == (short) command.version();
        if (!fits || remark != null && remark.isEmpty()) {
            return false;
        }
        out.putShort(command.code());
        out.putByte(JAVA);
        out.putShort(command.version());
        out.putInt(command.correlationId());
        out.putInt(command.flags());
        putLong(command.remarkText(), out);
        int block = out.size();
        out.putInt(0);
        for (Map.Entry<String, String> field : command.fields().entrySet()) {
            if (!putShort(field.getKey(), out) || field.getValue().isEmpty()) {
                return false;
            }
            putLong(field.getValue(), out);
        }
        out.setInt(block, out.size() - block - 4);
        return true;
    }

    private static void putLong(String text, HeaderBuffer out) {
        int at = out.size();
        out.putInt(0);
        out.putUtf8(text);
        out.setInt(at, out.size() - at - 4);
    }

    private static boolean putShort(String name, HeaderBuffer out) {
        int at = out.size();
        out.putShort(0);
        out.putUtf8(name);
        int length = out.size() - at - 2;
        out.setShort(at, length);
        return length > 0 && length <= Short.MAX_VALUE;
    }

    /**
     * @param like fields that are probably much the same, so that what is equal need not be made again
     * @throws MalformedFrameException if a length within leads out of the header
     */
    static Command decode(byte[] bytes, int offset, int length, Map<String, String> like, Body body) {
        if (length < FIXED_BYTES) {
            throw new MalformedFrameException(
                    "its binary header has " + length + " bytes, fewer than the fixed part's " + FIXED_BYTES);
        }
        return new Reading(bytes, offset, offset + length).read(like, body);
    }

    private BinaryHeaderCodec() {}

    /** The state of reading one header. */
    private static final class Reading {

        private final byte[] in;
        private final int end;
        private int at;

        Reading(byte[] in, int start, int end) {
            this.in = in;
            this.at = start;
            this.end = end;
        }

        Command read(Map<String, String> like, Body body) {
            int code = (short) twoBytes();
            at++;
            int version = (short) twoBytes();
            int correlationId = fourBytes();
            int flags = fourBytes();
            int remarkLength = checked(fourBytes(), end - 4, "remark");
            String remark = remarkLength == 0 ? null : text(remarkLength);
            int block = checked(fourBytes(), end, "fields");
            return new Command(code, version, correlationId, flags, remark, fields(at + block, like), body);
        }

        private Map<String, String> fields(int blockEnd, Map<String, String> like) {
            TextList.Builder fields = new TextList.Builder(like);
            while (at < blockEnd) {
                requireLeft(blockEnd, 2);
                int nameLength = checked((short) twoBytes(), blockEnd, "name of a field");
                String likely = fields.likelyName();
                boolean asUsual = isNext(likely, nameLength);
                String name = asUsual ? likely : name(nameLength);
                requireLeft(blockEnd, 4);
                int valueLength = checked(fourBytes(), blockEnd, "value of a field");
                likely = fields.likelyValue();
                String value = asUsual && isNext(likely, valueLength) ? likely : text(valueLength);
                if (!name.isEmpty() && !value.isEmpty()) {
                    fields.add(name, value);
                }
            }
            return fields.build();
        }

        private boolean isNext(String text, int length) {
            boolean isNext = PlainBytes.isAt(in, at, length, text);
            at += isNext ? length : 0;
            return isNext;
        }

        private String name(int length) {
            String known = FieldNames.known(in, at, length);
            at += known == null ? 0 : length;
            return known == null ? text(length) : known;
        }

        private String text(int length) {
            String text = new String(in, at, length, StandardCharsets.UTF_8);
            at += length;
            return text;
        }

        private int twoBytes() {
            return in[at++] << 8 | in[at++] & 0xFF;
        }

        private int fourBytes() {
            return in[at++] << 24 | (in[at++] & 0xFF) << 16 | (in[at++] & 0xFF) << 8 | in[at++] & 0xFF;
        }

        private void requireLeft(int limit, int bytes) {
            if (limit - at < bytes) {
                throw new MalformedFrameException("its binary header ends in the middle of a field");
            }
        }

        private int checked(int length, int limit, String part) {
            if (length < 0 || length > limit - at) {
                throw new MalformedFrameException("the " + part + " in its binary header has length " + length
                        + " where " + (limit - at) + " bytes are left");
            }
            return length;
        }
    }
}
