package io.reliablemq.protocol.codec;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.text.TextList;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * The JSON header: one object with {@code code}, {@code version}, {@code opaque}, {@code flag}, {@code remark} and
 * {@code extFields}.
 *
 * <p>Reading accepts members in any order, unknown ones, nulls, and numbers and truth values where a text is expected.
 * Writing is compact and in alphabetical order, as Apache RocketMQ 5.5.0 writes it. Pure functions.
 */
final class JsonHeaderCodec {

    /** Header and extFields are two levels; the rest is for unknown members. */
    private static final int MAX_DEPTH = 8;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();

    private static final byte[] CODE = ascii("{\"code\":");
    private static final byte[] FIELDS = ascii(",\"extFields\":{");
    private static final byte[] FLAG = ascii(",\"flag\":");
    private static final byte[] LANGUAGE_AND_ID = ascii(",\"language\":\"JAVA\",\"opaque\":");
    private static final byte[] REMARK = ascii(",\"remark\":");
    private static final byte[] TYPE_AND_VERSION = ascii(",\"serializeTypeCurrentRPC\":\"JSON\",\"version\":");

    static void encode(Command command, HeaderBuffer out) {
        out.put(CODE);
        out.putDecimal(command.code());
        if (!command.fields().isEmpty()) {
            encodeFields(command.fields(), out);
        }
        out.put(FLAG);
        out.putDecimal(command.flags());
        out.put(LANGUAGE_AND_ID);
        out.putDecimal(command.correlationId());
        String remark = command.remark();
        if (remark != null) {
            out.put(REMARK);
            out.putJsonString(remark);
        }
        out.put(TYPE_AND_VERSION);
        out.putDecimal(command.version());
        out.putByte('}');
    }

    private static void encodeFields(Map<String, String> fields, HeaderBuffer out) {
        out.put(FIELDS);
        boolean first = true;
        for (Map.Entry<String, String> field : fields.entrySet()) {
            if (!first) {
                out.putByte(',');
            }
            first = false;
            out.putJsonString(field.getKey());
            out.putByte(':');
            out.putJsonString(field.getValue());
        }
        out.putByte('}');
    }

    /**
     * @param like fields that are probably much the same, so that what is equal need not be made again
     * @throws MalformedFrameException if the bytes are no such object
     */
    static Command decode(byte[] bytes, int offset, int length, Map<String, String> like, Body body) {
        Command plain = PlainJsonHeader.read(bytes, offset, length, like, body);
        return plain == null ? parse(bytes, offset, length, body) : plain;
    }

    /** The same, with a parser of all of JSON. */
    static Command parse(byte[] bytes, int offset, int length, Body body) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), bytes, offset, length)) {
            Command command = new Reading(parser).read(body);
            if (parser.nextToken() != null) {
                throw new MalformedFrameException("its JSON header goes on after the closing brace");
            }
            return command;
        } catch (JacksonException e) {
            throw new MalformedFrameException("its header is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private JsonHeaderCodec() {}

    /** The state of reading one header. */
    private static final class Reading {

        private final JsonParser parser;
        private int code;
        private int version;
        private int correlationId;
        private int flags;
        private @Nullable String remark;
        private Map<String, String> fields = Map.of();

        Reading(JsonParser parser) {
            this.parser = parser;
        }

        Command read(Body body) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedFrameException("its JSON header is no object");
            }
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                readMember(name);
            }
            return new Command(code, version, correlationId, flags, remark, fields, body);
        }

        private void readMember(String name) {
            switch (name) {
                case "code" -> code = number(name);
                case "version" -> version = number(name);
                case "opaque" -> correlationId = number(name);
                case "flag" -> flags = number(name);
                case "remark" -> remark = text(name);
                case "extFields" -> fields = fields();
                default -> parser.skipChildren();
            }
        }

        private Map<String, String> fields() {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return Map.of();
            }
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw new MalformedFrameException("the header's extFields is no object");
            }
            TextList.Builder read = new TextList.Builder();
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                String value = text(name);
                if (value != null) {
                    read.add(name, value);
                }
            }
            return read.build();
        }

        private @Nullable String text(String name) {
            JsonToken token = parser.currentToken();
            if (token == JsonToken.VALUE_NULL) {
                return null;
            }
            if (!token.isScalarValue()) {
                throw new MalformedFrameException(
                        "the header's " + name + " is no text but starts with '" + token.asString() + "'");
            }
            return parser.getString();
        }

        private int number(String name) {
            String digits = text(name);
            if (digits == null) {
                return 0;
            }
            try {
                return parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                        ? parser.getIntValue()
                        : Integer.parseInt(digits);
            } catch (NumberFormatException e) {
                throw new MalformedFrameException("the header's " + name + " is '" + digits + "', not a number", e);
            }
        }
    }
}
