package io.reliablemq.protocol.codec;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.text.TextList;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON headers in the form in which peers write them: without white space, known members only, all fields texts of
 * Latin letters. That is several times quicker than a parser of all of JSON, and a header comes with every message. What looks
 * otherwise, well-formed or not, is left to that parser. One object reads one header.
 */
final class PlainJsonHeader {

    private static final int MAX_DIGITS = 10;

    private static final int HEX = 16;

    private final byte[] in;
    private final int end;
    private final Map<String, String> like;
    private int at;
    private boolean unusual;
    private int code;
    private int version;
    private int correlationId;
    private int flags;
    private @Nullable String remark;
    private Map<String, String> fields = Map.of();

    private PlainJsonHeader(byte[] in, int start, int end, Map<String, String> like) {
        this.in = in;
        this.at = start;
        this.end = end;
        this.like = like;
    }

    /**
     * @param like fields that are probably much the same
     * @return null if it is not of that form
     */
    static @Nullable Command read(byte[] bytes, int offset, int length, Map<String, String> like, Body body) {
        PlainJsonHeader header = new PlainJsonHeader(bytes, offset, offset + length, like);
        header.members();
        return header.unusual
                ? null
                : new Command(
                        header.code,
                        header.version,
                        header.correlationId,
                        header.flags,
                        header.remark,
                        header.fields,
                        body);
    }

    private void members() {
        expect('{');
        do {
            String name = name();
            expect(':');
            switch (name) {
                case "code" -> code = number();
                case "version" -> version = number();
                case "opaque" -> correlationId = number();
                case "flag" -> flags = number();
                case "remark" -> remark = text();
                case "extFields" -> fields = fields();
                case "language" -> skip("JAVA");
                case "serializeTypeCurrentRPC" -> skip("JSON");
                default -> unusual = true;
            }
        } while (!unusual && goesOn());
        expect('}');
        unusual |= at != end;
    }

    private Map<String, String> fields() {
        TextList.Builder read = new TextList.Builder(like);
        expect('{');
        do {
            String name = read.likelyName();
            if (isNext(name)) {
                expect(':');
                String value = read.likelyValue();
                read.add(name, isNext(value) ? value : text());
            } else {
                name = name();
                expect(':');
                read.add(name, text());
            }
        } while (!unusual && goesOn());
        expect('}');
        return read.build();
    }

    private void skip(String likely) {
        if (!isNext(likely)) {
            text();
        }
    }

    /** Whether that text, in its quotes, comes next, which is known for plain ones alone. If so it is passed. */
    private boolean isNext(String text) {
        int length = text.length();
        int close = at + 1 + length;
        if (length == 0 || close >= end || in[at] != '"' || in[close] != '"') {
            return false;
        }
        for (int i = 0; i < length; i++) {
            byte character = in[at + 1 + i];
            if (character != text.charAt(i) || !isPlain(character)) {
                return false;
            }
        }
        at = close + 1;
        return true;
    }

    /** Whether it stands for itself. A part of a character beyond ASCII does not: a header with one is left to the parser. */
    private static boolean isPlain(byte character) {
        return character >= ' ' && character != '"' && character != '\\';
    }

    private boolean goesOn() {
        boolean comma = at < end && in[at] == ',';
        if (comma) {
            at++;
        }
        return comma;
    }

    private void expect(char character) {
        if (at < end && in[at] == character) {
            at++;
        } else {
            unusual = true;
        }
    }

    private int number() {
        boolean negative = at < end && in[at] == '-';
        if (negative) {
            at++;
        }
        int first = at;
        long value = 0;
        while (at < end && in[at] >= '0' && in[at] <= '9' && at - first < MAX_DIGITS) {
            value = 10 * value + in[at++] - '0';
        }
        value = negative ? -value : value;
        unusual |= at == first || in[first] == '0' && at - first > 1 || value != (int) value;
        return (int) value;
    }

    private String name() {
        expect('"');
        int from = at;
        int length = plainLength();
        unusual |= at + length >= end || in[at + length] != '"';
        if (unusual) {
            return "";
        }
        at += length + 1;
        String known = FieldNames.known(in, from, length);
        return known != null ? known : latin(in, from, length);
    }

    private String text() {
        expect('"');
        int from = at;
        int length = plainLength();
        if (!unusual && from + length < end && in[from + length] == '"') {
            at += length + 1;
            return latin(in, from, length);
        }
        return escapedText();
    }

    /** How many bytes from here on stand for themselves. */
    private int plainLength() {
        int i = at;
        while (i < end && isPlain(in[i])) {
            i++;
        }
        return i - at;
    }

    private String escapedText() {
        byte[] out = new byte[end - at];
        int length = 0;
        while (!unusual) {
            int plain = plainLength();
            System.arraycopy(in, at, out, length, plain);
            length += plain;
            at += plain;
            if (at < end && in[at] == '"') {
                at++;
                return latin(out, 0, length);
            }
            int character = escaped();
            if (!unusual) {
                out[length++] = (byte) character;
            }
        }
        return "";
    }

    private int escaped() {
        expect('\\');
        if (unusual || at >= end) {
            unusual = true;
            return 0;
        }
        return switch (in[at++]) {
            case '"' -> '"';
            case '\\' -> '\\';
            case '/' -> '/';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hexadecimal();
            default -> {
                unusual = true;
                yield 0;
            }
        };
    }

    private int hexadecimal() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = at < end ? Character.digit(in[at++], HEX) : -1;
            unusual |= digit < 0;
            value = HEX * value + digit;
        }
        unusual |= value > 0xFF;
        return value;
    }

    private static String latin(byte[] bytes, int from, int length) {
        return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    }
}
