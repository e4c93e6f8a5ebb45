package io.reliablemq.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageValuesTest {

    @Test
    void propertiesAreWrittenInOrderWithATrailingSeparator() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("KEYS", "KEY1");
        properties.put("empty", "");
        properties.put("WAIT", "true");
        assertThat(MessageProperties.encode(properties)).isEqualTo("KEYS\u0001KEY1\u0002WAIT\u0001true\u0002");
    }

    @Test
    void propertiesAreReadTolerantly() {
        assertThat(MessageProperties.decode("a\u0001b\u0002c\u0001d"))
                .containsExactly(Map.entry("a", "b"), Map.entry("c", "d"));
        assertThat(MessageProperties.decode(null)).isEmpty();
        assertThat(MessageProperties.decode("")).isEmpty();
        assertThat(MessageProperties.decode("x\u0002\u0002a\u0001\u0002\u0001b\u0002abc\u0002k\u0001v\u0002"))
                .containsExactly(Map.entry("k", "v"));
        assertThat(MessageProperties.decode("a\u0001b\u0001c\u0002")).containsExactly(Map.entry("a", "b\u0001c"));
    }

    @Test
    void aPriorityIsANumberFromZero() {
        assertThat(MessageProperties.priority(Map.of(PropertyNames.PRIORITY, "0")))
                .isZero();
        assertThat(MessageProperties.priority(Map.of(PropertyNames.PRIORITY, "2147483647")))
                .isEqualTo(Integer.MAX_VALUE);
        for (String none : List.of("-1", "-7", "high", "", "2147483648", "1.5")) {
            assertThat(MessageProperties.priority(Map.of(PropertyNames.PRIORITY, none)))
                    .as("'%s'", none)
                    .isEqualTo(MessageProperties.NO_PRIORITY);
        }
        assertThat(MessageProperties.priority(Map.of())).isEqualTo(MessageProperties.NO_PRIORITY);
    }

    /** Each after another, of which it may take over what is the same. */
    @Test
    void propertiesAreReadFromBytesAsFromTheirText() {
        String[] parts = {"\u0001", "\u0002", "a", "TAGS", "WAIT", "true", "\u00e9", "\u20ac", "x".repeat(30)};
        Random random = new Random(20261129);
        Map<String, String> last = Map.of();
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int part = random.nextInt(i % 50 == 0 ? 400 : 25); part > 0; part--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            Map<String, String> expected = MessageProperties.decode(text.toString());
            byte[] bytes = ("??" + text + "?").getBytes(StandardCharsets.UTF_8);

            Map<String, String> read = MessageProperties.decode(bytes, 2, bytes.length - 1, last);

            assertThat(read).as(text.toString()).isEqualTo(expected).hasSameHashCodeAs(expected);
            assertThat(new ArrayList<>(read.entrySet())).isEqualTo(new ArrayList<>(expected.entrySet()));
            assertThat(MessageProperties.encode(read)).isEqualTo(MessageProperties.encode(expected));
            expected.forEach((name, value) -> {
                assertThat(read.get(name)).isEqualTo(value);
                assertThat(read.containsKey(name)).isTrue();
            });
            assertThat(read.get("none")).isNull();
            assertThatThrownBy(() -> read.put("x", "y")).isInstanceOf(UnsupportedOperationException.class);
            last = read;
        }
    }

    @Test
    void manyPropertiesOfAMessageAreReadAsWell() {
        Map<String, String> many = new LinkedHashMap<>();
        for (int i = 0; i < 200; i++) {
            many.put("name " + i, "value " + i);
        }
        byte[] bytes = MessageProperties.encode(many).getBytes(StandardCharsets.UTF_8);
        Map<String, String> read = MessageProperties.decode(bytes, 0, bytes.length, Map.of());
        assertThat(new ArrayList<>(read.entrySet())).isEqualTo(new ArrayList<>(many.entrySet()));
        assertThatThrownBy(() -> read.put("x", "y")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aStringOfSeparatorsDoesNotTakeForever() {
        String hostile = "\u0002".repeat(1_000_000);
        long start = System.nanoTime();
        assertThat(MessageProperties.decode(hostile)).isEmpty();
        assertThat(MessageProperties.decode(hostile + "\u0001")).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void batchEntriesHaveTheDocumentedLayout() {
        byte[] batch = BatchLayout.encode(List.of(
                new BatchLayout.Entry(9, Map.of("K", "v"), "hi".getBytes(StandardCharsets.UTF_8)),
                new BatchLayout.Entry(0, Map.of(), new byte[] {1})));
        assertThat(HexFormat.of().formatHex(batch))
                .isEqualTo("0000001c" + "00000000" + "00000000" + "00000009" + "00000002" + "6869" + "0004" + "4b017602"
                        + "00000017" + "00000000" + "00000000" + "00000000" + "00000001" + "01" + "0000");
        List<BatchLayout.Entry> read = BatchLayout.decode(batch);
        assertThat(read).hasSize(2);
        assertThat(read.get(0).flag()).isEqualTo(9);
        assertThat(read.get(0).properties()).containsExactly(Map.entry("K", "v"));
        assertThat(read.get(0).body()).isEqualTo("hi".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everyTruncationOfABatchIsRefused() {
        byte[] batch = BatchLayout.encode(List.of(new BatchLayout.Entry(0, Map.of("K", "v"), new byte[10])));
        for (int length = 1; length < batch.length; length++) {
            byte[] cut = Arrays.copyOf(batch, length);
            assertThatThrownBy(() -> BatchLayout.decode(cut)).isInstanceOf(MessageFormatException.class);
        }
        byte[] lie = batch.clone();
        ByteBuffer.wrap(lie).putInt(16, Integer.MAX_VALUE);
        assertThatThrownBy(() -> BatchLayout.decode(lie)).isInstanceOf(MessageFormatException.class);
        assertThatThrownBy(() -> BatchLayout.encode(
                        List.of(new BatchLayout.Entry(0, Map.of("K", "v".repeat(40_000)), new byte[1]))))
                .isInstanceOf(MessageFormatException.class)
                .hasMessageContaining("message 0");
    }

    @Test
    void offsetMessageIdsAreTheDocumentedOnes() {
        String id = MessageIds.offsetMessageId(new InetSocketAddress("127.0.0.2", 10_911), 236);
        assertThat(id).isEqualTo("7F00000200002A9F00000000000000EC");
        assertThat(MessageIds.position(id)).isEqualTo(236);
        String v6 = MessageIds.offsetMessageId(new InetSocketAddress("::1", 10_911), Long.MAX_VALUE);
        assertThat(v6).hasSize(56);
        assertThat(MessageIds.position(v6)).isEqualTo(Long.MAX_VALUE);
        assertThatIllegalArgumentException().isThrownBy(() -> MessageIds.position("7F"));
        assertThatIllegalArgumentException().isThrownBy(() -> MessageIds.position("x".repeat(32)));
    }

    @Test
    void uniqueIdsAreUniqueAcrossMakers() {
        Set<String> ids = new HashSet<>();
        MessageIds.UniqueIds one = new MessageIds.UniqueIds();
        MessageIds.UniqueIds other = new MessageIds.UniqueIds();
        for (int i = 0; i < 50_000; i++) {
            ids.add(one.next());
            ids.add(other.next());
        }
        assertThat(ids).hasSize(100_000).allMatch(id -> id.matches("[0-9A-F]{32}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a.b", "ä", "a/b", "a\u0001"})
    void namesOutsideTheAllowedAreRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> Names.requireTopic(name));
        assertThatIllegalArgumentException().isThrownBy(() -> Names.requireGroup(name));
    }

    @Test
    void namesHaveTheirLengths() {
        assertThat(Names.requireTopic("aZ09%|-_")).isEqualTo("aZ09%|-_");
        assertThat(Names.requireTopic("t".repeat(127))).hasSize(127);
        assertThatIllegalArgumentException().isThrownBy(() -> Names.requireTopic("t".repeat(128)));
        assertThat(Names.requireTopic(Names.retryTopic("g".repeat(248)))).hasSize(255);
        assertThatIllegalArgumentException().isThrownBy(() -> Names.requireTopic(Names.retryTopic("g".repeat(249))));
        assertThat(Names.requireGroup("g".repeat(120))).hasSize(120);
        assertThatIllegalArgumentException().isThrownBy(() -> Names.requireGroup("g".repeat(121)));
        assertThat(Names.isDeadLetterTopic(Names.deadLetterTopic("g"))).isTrue();
    }

    @Test
    void messagesRefuseReservedNamesAndSeparators() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Message.builder("T").property("KEYS", "x"))
                .withMessageContaining("KEYS");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Message.builder("T").property("a", "b\u0002").build())
                .withMessageContaining("'a'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Message.builder("T").delayLevel(0));
        Message message = Message.builder("T")
                .tag("A")
                .keys("k1 k2")
                .delayLevel(3)
                .property("p", "q")
                .build();
        assertThat(message.tag()).isEqualTo("A");
        assertThat(message.delayLevel()).isEqualTo(3);
        assertThatThrownBy(() -> message.properties().put("x", "y")).isInstanceOf(UnsupportedOperationException.class);
    }
}
