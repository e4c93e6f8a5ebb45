package io.reliablemq.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MessageLayoutTest {

    private static final String GOLDEN = "0000006d" // size 109
            + "daa320a7" // magic, version 1
            + "3610a686" // checksum of "hello"
            + "00000001" // queue id
            + "00000007" // flag
            + "0000000000000005" // queue offset
            + "00000000000000ec" // position
            + "00000000" // system flag
            + "000001a207960935" // born
            + "7f000001" + "0000c350" // born host
            + "000001a20796093f" // stored
            + "7f000002" + "00002a9f" // store host
            + "00000003" // reconsume times
            + "0000000000000000" // prepared position
            + "00000005" + "68656c6c6f" // body
            + "06" + "546f70696341" // topic
            + "0007" + "4b01763102" + "0000"; // properties, cut below

    private static StoredMessage message(String topic, String bornHost, String storeHost) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("KEYS", "v1");
        return new StoredMessage(
                topic,
                1,
                5,
                0xEC,
                7,
                0,
                0x1A207960935L,
                new InetSocketAddress(bornHost, 50_000),
                0x1A20796093FL,
                new InetSocketAddress(storeHost, 10_911),
                3,
                0,
                properties,
                "hello".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void layoutIsTheDocumentedOne() {
        String golden = GOLDEN.substring(0, GOLDEN.indexOf("0007" + "4b01763102"))
                        .replaceFirst("^0000006d", "0000006e") + "0008" + "4b455953" + "01" + "7631" + "02";
        byte[] bytes = MessageLayout.encode(message("TopicA", "127.0.0.1", "127.0.0.2"));
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(golden);
        assertThat(bytes).hasSize(0x6e);
    }

    @Test
    void messagesSurvive() {
        for (String topic : new String[] {"TopicA", "%RETRY%" + "g".repeat(120), "%RETRY%" + "g".repeat(248)}) {
            for (String born : new String[] {"127.0.0.1", "::1"}) {
                for (String store : new String[] {"10.0.0.1", "fe80::1"}) {
                    StoredMessage message = message(topic, born, store);
                    byte[] bytes = MessageLayout.encode(message);
                    StoredMessage read = MessageLayout.decode(ByteBuffer.wrap(bytes));
                    assertThat(read)
                            .usingRecursiveComparison()
                            .ignoringFields("systemFlag", "bornHost", "storeHost")
                            .isEqualTo(message);
                    assertThat(read.bornHost()).isEqualTo(message.bornHost());
                    assertThat(read.storeHost()).isEqualTo(message.storeHost());
                    assertThat(SystemFlag.isSet(read.systemFlag(), SystemFlag.BORN_HOST_V6))
                            .isEqualTo(born.contains(":"));
                    assertThat(SystemFlag.isSet(read.systemFlag(), SystemFlag.STORE_HOST_V6))
                            .isEqualTo(store.contains(":"));
                    assertThat(ByteBuffer.wrap(bytes).getInt(MessageLayout.MAGIC_AT))
                            .isEqualTo(topic.length() > 127 ? MessageLayout.MAGIC_V2 : MessageLayout.MAGIC_V1);
                }
            }
        }
    }

    @Test
    void placeIsSetInPlace() {
        for (String born : new String[] {"127.0.0.1", "::1"}) {
            byte[] bytes = MessageLayout.encode(message("T", born, "127.0.0.1"));
            ByteBuffer buffer = ByteBuffer.allocate(bytes.length + 10).put(10, bytes);
            MessageLayout.setPlace(buffer, 10, 77, 88, 99);
            StoredMessage read = MessageLayout.decode(buffer.position(10));
            assertThat(read.queueOffset()).isEqualTo(77);
            assertThat(read.position()).isEqualTo(88);
            assertThat(read.storeTimestamp()).isEqualTo(99);
            assertThat(read.bornTimestamp()).isEqualTo(0x1A207960935L);
        }
    }

    @Test
    void messagesThatAreReadTogetherHaveTheirOwnPropertiesWhereTheyDiffer() {
        List<Map<String, String>> properties = List.of(
                Map.of("UNIQ_KEY", "7F000001A1B218B4AAC2087E5C3F0000", "WAIT", "true", "TAGS", "a", "color", "red"),
                Map.of("UNIQ_KEY", "7F000001A1B218B4AAC2087E5C3F0001", "WAIT", "true", "TAGS", "b", "color", "red"),
                Map.of("WAIT", "tru", "TAGS", "bb", "colors", "red"),
                Map.of("WAIT", "false", "color", "x".repeat(100)),
                Map.of());
        ByteBuffer together = ByteBuffer.allocate(4096);
        for (Map<String, String> each : properties) {
            together.put(MessageLayout.encode(new StoredMessage(
                    "TopicA",
                    1,
                    5,
                    0,
                    0,
                    0,
                    0,
                    new InetSocketAddress("127.0.0.1", 50_000),
                    0,
                    new InetSocketAddress("127.0.0.1", 10_911),
                    0,
                    0,
                    each,
                    new byte[0])));
        }

        List<StoredMessage> read = MessageLayout.decodeAll(together.flip());

        assertThat(read).extracting(StoredMessage::properties).isEqualTo(properties);
    }

    @Test
    void severalMessagesFollowEachOther() {
        byte[] one = MessageLayout.encode(message("A", "127.0.0.1", "127.0.0.1"));
        byte[] two = MessageLayout.encode(message("BB", "::1", "127.0.0.1"));
        ByteBuffer both =
                ByteBuffer.allocate(one.length + two.length).put(one).put(two).flip();
        assertThat(MessageLayout.decodeAll(both))
                .extracting(StoredMessage::topic)
                .containsExactly("A", "BB");
    }

    @Test
    void bodiesThatStayInPlaceAreTheirOwnMessages() {
        byte[] one = MessageLayout.encode(message("A", "127.0.0.1", "127.0.0.1"));
        byte[] two = MessageLayout.encode(message("BB", "::1", "127.0.0.1"));
        byte[] both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);

        List<StoredMessage> read = MessageLayout.decodeInPlace(both);

        assertThat(read).extracting(StoredMessage::topic).containsExactly("A", "BB");
        for (StoredMessage message : read) {
            assertThat(message.bodySize()).isEqualTo(5);
            assertThat(message.body()).asString(StandardCharsets.UTF_8).isEqualTo("hello");
            assertThat(message.properties()).isEqualTo(Map.of("KEYS", "v1"));
            byte[] copy = message.content().copy();
            copy[0] = 'j';
            assertThat(message.content().copy())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("hello");
        }
        StoredMessage apart = read.get(1).withOwnBody();
        assertThat(apart).usingRecursiveComparison().isEqualTo(MessageLayout.decode(ByteBuffer.wrap(two)));
        assertThat(apart.withOwnBody()).isSameAs(apart);
        assertThat(read.get(0).body()).as("nobody is given what others share").isNotSameAs(both);
    }

    @Test
    void everyTruncationAndEveryLieAboutALengthIsRefused() {
        byte[] whole = MessageLayout.encode(message("TopicA", "127.0.0.1", "127.0.0.2"));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> MessageLayout.decode(ByteBuffer.wrap(cut)))
                    .isInstanceOf(MessageFormatException.class);
        }
        int bodyLengthAt = whole.length - (4 + 5) - (1 + 6) - (2 + 8);
        for (int at : new int[] {0, bodyLengthAt}) {
            for (int lie : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 10_000}) {
                byte[] bytes = whole.clone();
                ByteBuffer.wrap(bytes).putInt(at, lie);
                assertThatThrownBy(() -> MessageLayout.decode(ByteBuffer.wrap(bytes)))
                        .isInstanceOf(MessageFormatException.class);
            }
        }
        byte[] magic = whole.clone();
        magic[4] = 0;
        assertThatThrownBy(() -> MessageLayout.decode(ByteBuffer.wrap(magic)))
                .isInstanceOf(MessageFormatException.class)
                .hasMessageContaining("magic");
    }

    @Test
    void whatDoesNotFitItsLengthFieldIsRefused() {
        StoredMessage message = message("%RETRY%" + "g".repeat(250), "127.0.0.1", "127.0.0.1");
        assertThatThrownBy(() -> MessageLayout.encode(message)).isInstanceOf(MessageFormatException.class);
    }
}
