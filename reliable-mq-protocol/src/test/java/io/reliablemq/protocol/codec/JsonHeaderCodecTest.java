package io.reliablemq.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonHeaderCodecTest {

    private static String encode(Command command) {
        HeaderBuffer out = new HeaderBuffer();
        JsonHeaderCodec.encode(command, out);
        return new String(out.array(), 0, out.size(), StandardCharsets.UTF_8);
    }

    private static Command decode(String header) {
        byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
        return JsonHeaderCodec.decode(bytes, 0, bytes.length, Map.of(), Body.EMPTY);
    }

    @Test
    void writesWhatApacheWrites() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("a", "PG_A");
        fields.put("i", "KEYS\u0001KEY1\u0002");
        assertThat(encode(Command.request(310, fields).withCorrelationId(7)))
                .isEqualTo("{\"code\":310,\"extFields\":{\"a\":\"PG_A\",\"i\":\"KEYS\\u0001KEY1\\u0002\"},\"flag\":0,"
                        + "\"language\":\"JAVA\",\"opaque\":7,\"serializeTypeCurrentRPC\":\"JSON\",\"version\":513}");
        assertThat(encode(Command.failure(17, "No route").withCorrelationId(-1)))
                .isEqualTo("{\"code\":17,\"flag\":1,\"language\":\"JAVA\",\"opaque\":-1,\"remark\":\"No route\","
                        + "\"serializeTypeCurrentRPC\":\"JSON\",\"version\":513}");
        assertThat(encode(Command.request(15, Map.of()).asOneWay())).contains("\"flag\":2,");
    }

    @Test
    void readsWhatApacheWrites() {
        Command command = decode("{\"code\":11,\"extFields\":{\"queueId\":\"3\",\"topic\":\"TopicA\"},\"flag\":0,"
                + "\"language\":\"JAVA\",\"opaque\":42,\"serializeTypeCurrentRPC\":\"JSON\",\"version\":513}");

        assertThat(command)
                .isEqualTo(new Command(11, 513, 42, 0, null, Map.of("queueId", "3", "topic", "TopicA"), Body.EMPTY));
    }

    @Test
    void readsMembersInAnyOrderUnknownOnesAndWhitespace() {
        Command command = decode(" {\n\"version\" : 401, \"later\":{\"a\":[1,{\"b\":null}]}, \"opaque\":5,\"flag\":3,"
                + "\"remark\":null,\"language\":\"KLINGON\",\"code\":1 } ");

        assertThat(command).isEqualTo(new Command(1, 401, 5, 3, null, Map.of(), Body.EMPTY));
    }

    @Test
    void coercesToText() {
        Command command = decode("{\"code\":\"10\",\"extFields\":{\"n\":1,\"big\":12345678901234567890,\"d\":1.50,"
                + "\"t\":true,\"f\":false,\"none\":null,\"empty\":\"\"},\"remark\":7,\"opaque\":null}");

        assertThat(command.code()).isEqualTo(10);
        assertThat(command.remark()).isEqualTo("7");
        assertThat(command.correlationId()).isZero();
        assertThat(command.fields())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "n", "1", "big", "12345678901234567890", "d", "1.50", "t", "true", "f", "false", "empty", ""));
    }

    @Test
    void readsAnEmptyObjectAndNullFields() {
        assertThat(decode("{}")).isEqualTo(new Command(0, 0, 0, 0, null, Map.of(), Body.EMPTY));
        assertThat(decode("{\"extFields\":null}").fields()).isEmpty();
        assertThat(decode("{\"extFields\":{}}").fields()).isEmpty();
    }

    @Test
    void fieldsThatWereReadCannotBeChanged() {
        Map<String, String> fields = decode("{\"extFields\":{\"a\":\"b\"}}").fields();
        assertThatThrownBy(() -> fields.put("c", "d")).isInstanceOf(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "7",
                "{\"code\":1}{}",
                "{\"code\":1} x",
                "{\"code\":[]}",
                "{\"code\":1.5}",
                "{\"code\":true}",
                "{\"code\":\"\"}",
                "{\"code\":2147483648}",
                "{\"extFields\":[]}",
                "{\"extFields\":\"a\"}",
                "{\"extFields\":{\"a\":{}}}",
                "{\"extFields\":{\"a\":[1]}}",
                "{\"remark\":{}}",
                "{\"a\":[[[[[[[[[]]]]]]]]]}",
                "{\"code\":1",
                "{\"remark\":\"\\u00",
                "{code:1}",
            })
    void refusesWhatIsNoHeader(String header) {
        assertThatThrownBy(() -> decode(header)).isInstanceOf(MalformedFrameException.class);
    }

    @Test
    void refusesBytesThatAreNoUtf8() {
        byte[] bytes = "{\"remark\":\"?\"}".getBytes(StandardCharsets.UTF_8);
        bytes[11] = (byte) 0xFF;
        assertThatThrownBy(() -> JsonHeaderCodec.decode(bytes, 0, bytes.length, Map.of(), Body.EMPTY))
                .isInstanceOf(MalformedFrameException.class);
    }

    @Test
    void everyCharacterSurvives() {
        StringBuilder all = new StringBuilder();
        for (int c = 0; c < 0x11000; c += c < 0x900 ? 1 : 97) {
            if (c < 0xD800 || c > 0xDFFF) {
                all.appendCodePoint(c);
            }
        }
        all.append("𝄞\uDBFF\uDFFF");
        String text = all.toString();

        Command read = decode(encode(Command.response(1, text, Map.of(text, text), Body.EMPTY)));

        assertThat(read.remark()).isEqualTo(text);
        assertThat(read.fields()).containsExactlyEntriesOf(Map.of(text, text));
    }

    @Test
    void halfASurrogatePairBecomesAQuestionMark() {
        assertThat(decode(encode(Command.failure(1, "a\uD834b\uDD1Ec\uD834"))).remark())
                .isEqualTo("a?b?c?");
    }

    @Test
    void randomTextsAndNumbersSurvive() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        HeaderBuffer out = new HeaderBuffer();
        Map<String, String> last = Map.of();
        for (int i = 0; i < 2_000; i++) {
            Command command = new Command(
                    random.nextInt(),
                    random.nextInt() >> random.nextInt(32),
                    random.nextInt() >> random.nextInt(32),
                    i % 5 == 0 ? Integer.MIN_VALUE : random.nextInt(4),
                    i % 2 == 0 ? null : text(random),
                    Map.of("k" + text(random), text(random), "x", text(random)),
                    Body.EMPTY);
            out.clear();
            JsonHeaderCodec.encode(command, out);
            Command read = JsonHeaderCodec.decode(out.array(), 0, out.size(), last, Body.EMPTY);
            assertThat(read).as("seed %d, round %d", seed, i).isEqualTo(command);
            last = read.fields();
        }
    }

    /** A value that ends in what was an escape: its bytes must not be taken for those of the value before. */
    @Test
    void whatIsLikeTheLastHeaderIsReadForItself() {
        String[] values = {"x\\", "x\\\\", "a\"b", "a", "a\u0001", "\u00e9", "", "b\\\"", "y".repeat(32)};
        HeaderBuffer out = new HeaderBuffer();
        for (String before : values) {
            for (String value : values) {
                Command first = Command.request(1, Map.of("a", before));
                Command second = Command.request(1, Map.of("a", value));
                out.clear();
                JsonHeaderCodec.encode(first, out);
                Map<String, String> last = JsonHeaderCodec.decode(out.array(), 0, out.size(), Map.of(), Body.EMPTY)
                        .fields();
                out.clear();
                JsonHeaderCodec.encode(second, out);
                assertThat(JsonHeaderCodec.decode(out.array(), 0, out.size(), last, Body.EMPTY))
                        .isEqualTo(second);
            }
        }
    }

    /** The quick reader is an addition: whatever a header looks like, it must not make a difference. */
    @Test
    void mangledHeadersAreReadAsTheParserReadsThem() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String[] pieces = {
            "\"",
            "\\",
            "\\u0001",
            "\\u00e9",
            "\\u20AC",
            "\\n",
            "\\/",
            "{",
            "}",
            ":",
            ",",
            "null",
            "7",
            "-0",
            "01",
            "-",
            "1.5",
            "2147483648",
            " ",
            "[",
            "]",
            "\"a\":\"b\"",
            "\"code\":",
            "\"extFields\":{",
            "\u00e9",
            "\u0001",
            "true"
        };
        String whole = "{\"code\":310,\"extFields\":{\"a\":\"PG\",\"queueId\":\"-3\",\"i\":\"KEYS\\u0001K\\u0002\"},"
                + "\"flag\":0,\"language\":\"JAVA\",\"opaque\":-7,\"remark\":\"r\\\"\","
                + "\"serializeTypeCurrentRPC\":\"JSON\",\"version\":513}";
        int plain = 0;
        Map<String, String> last = Map.of();
        for (int i = 0; i < 30_000; i++) {
            StringBuilder text = new StringBuilder(whole);
            for (int change = random.nextInt(3); change > 0; change--) {
                int from = random.nextInt(text.length());
                int to = Math.min(text.length(), from + random.nextInt(4));
                text.replace(from, to, random.nextInt(3) == 0 ? "" : pieces[random.nextInt(pieces.length)]);
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            Command read = PlainJsonHeader.read(bytes, 0, bytes.length, last, Body.EMPTY);
            if (read != null) {
                plain++;
                last = read.fields();
                assertThat(read)
                        .as("seed %d, %s", seed, text)
                        .isEqualTo(JsonHeaderCodec.parse(bytes, 0, bytes.length, Body.EMPTY));
            }
        }
        assertThat(plain).as("headers that were read quickly").isGreaterThan(9_000);
    }

    @Test
    void readsNothingBehindTheHeader() {
        byte[] bytes = "{\"code\":1,\"remark\":\"\\u00410\"}".getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < bytes.length; length++) {
            assertThat(PlainJsonHeader.read(bytes, 0, length, Map.of(), Body.EMPTY))
                    .isNull();
        }
        assertThat(PlainJsonHeader.read(bytes, 0, bytes.length, Map.of(), Body.EMPTY))
                .isEqualTo(new Command(1, 0, 0, 0, "A0", Map.of(), Body.EMPTY));
    }

    private static String text(Random random) {
        return random.ints(random.nextInt(40) * random.nextInt(40), 0, 0x250)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
