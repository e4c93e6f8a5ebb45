package io.reliablemq.spring.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.reliablemq.protocol.message.Message;
import io.reliablemq.spring.fixture.Received;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.converter.MessageConversionException;
import org.springframework.messaging.converter.StringMessageConverter;
import org.springframework.messaging.support.MessageBuilder;
import org.springframework.util.MimeTypeUtils;
import tools.jackson.databind.json.JsonMapper;

class MessageMapperTest {

    private final PayloadConverter converter =
            PayloadConverter.json(JsonMapper.builder().build());
    private final MessageMapper mapper = new MessageMapper(converter);

    record Order(String id, int amount, Instant at) {}

    @Test
    void takesTheOrderingKeyOver() {
        Message message = mapper.toWire("orders", "x", Map.of(ReliableMqHeaders.ORDERING_KEY, 17));

        assertThat(message.orderingKey()).isEqualTo("17");
        assertThat(mapper.toWire("orders", "x", Map.of()).orderingKey()).isNull();
    }

    @Test
    void sendsTextAsUtf8() {
        Message message = mapper.toWire("orders", "Grüße", Map.of());

        assertThat(message.topic()).isEqualTo("orders");
        assertThat(new String(message.body(), StandardCharsets.UTF_8)).isEqualTo("Grüße");
        assertThat(message.tag()).isNull();
        assertThat(message.keys()).isNull();
    }

    @Test
    void sendsBytesAsTheyAre() {
        byte[] bytes = {0, -1, 127};

        assertThat(mapper.toWire("orders", bytes, Map.of()).body()).isEqualTo(bytes);
    }

    @Test
    void sendsObjectsAsJson() {
        Message message = mapper.toWire("orders", new Order("o-1", 5, Instant.EPOCH), Map.of());

        assertThat(new String(message.body(), StandardCharsets.UTF_8))
                .contains("\"id\":\"o-1\"")
                .contains("1970-01-01T00:00:00Z");
        assertThat(message.property("contentType")).isEqualTo("application/json");
    }

    @Test
    void readsWhatItSent() {
        Order order = new Order("o-1", 5, Instant.EPOCH.truncatedTo(ChronoUnit.MILLIS));

        assertThat(read(mapper.toWire("orders", order, Map.of()), Order.class)).isEqualTo(order);
        assertThat(read(mapper.toWire("orders", "text", Map.of()), String.class))
                .isEqualTo("text");
        assertThat(read(mapper.toWire("orders", new byte[] {1, 2}, Map.of()), byte[].class))
                .isEqualTo(new byte[] {1, 2});
    }

    @Test
    void readsJsonThatWasSentAsTextOrBytes() {
        String json = "{\"id\":\"o-1\",\"amount\":5,\"at\":\"1970-01-01T00:00:00Z\",\"unknown\":true}";
        Order expected = new Order("o-1", 5, Instant.EPOCH);

        assertThat(read(mapper.toWire("orders", json, Map.of()), Order.class)).isEqualTo(expected);
        assertThat(read(mapper.toWire("orders", json.getBytes(StandardCharsets.UTF_8), Map.of()), Order.class))
                .isEqualTo(expected);
        assertThat(read(Message.of("orders", json.getBytes(StandardCharsets.UTF_8)), Order.class))
                .isEqualTo(expected);
    }

    @Test
    void refusesPayloadThatCannotBeWritten() {
        List<Object> endless = new ArrayList<>();
        endless.add(endless);

        assertThatExceptionOfType(MessageConversionException.class)
                .isThrownBy(() -> mapper.toWire("orders", endless, Map.of()));
    }

    @Test
    void refusesPayloadThatNoConverterTakes() {
        MessageMapper textOnly = new MessageMapper(PayloadConverter.of(List.of(new StringMessageConverter())));

        assertThatExceptionOfType(MessageConversionException.class)
                .isThrownBy(() -> textOnly.toWire("orders", 42, Map.of()))
                .withMessageContaining("java.lang.Integer");
    }

    @Test
    void takesTagFromDestinationBeforeHeader() {
        assertThat(mapper.toWire("orders:created", "x", Map.of()).tag()).isEqualTo("created");
        assertThat(mapper.toWire("orders", "x", Map.of(ReliableMqHeaders.TAGS, "paid"))
                        .tag())
                .isEqualTo("paid");
        assertThat(mapper.toWire("orders:created", "x", Map.of(ReliableMqHeaders.TAGS, "paid"))
                        .tag())
                .isEqualTo("created");
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders:", "orders: ", "orders:*", "orders:a||b", "orders: a", ":created", "", "or ders"})
    void refusesDestinationThatNobodyCouldListenTo(String destination) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mapper.toWire(destination, "x", Map.of()))
                .withMessageContaining("'" + destination + "'");
    }

    @Test
    void joinsKeysByBlanks() {
        assertThat(mapper.toWire("orders", "x", Map.of(ReliableMqHeaders.KEYS, "k1"))
                        .keys())
                .isEqualTo("k1");
        assertThat(mapper.toWire("orders", "x", Map.of(ReliableMqHeaders.KEYS, List.of("k1", "k2")))
                        .keys())
                .isEqualTo("k1 k2");
    }

    @Test
    void mapsSimpleHeadersToProperties() {
        UUID uuid = UUID.randomUUID();
        Message message = mapper.toWire(
                "orders",
                "x",
                Map.of("text", "t", "number", 7, "flag", true, "uuid", uuid, "level", Thread.State.BLOCKED));

        assertThat(message.properties())
                .containsEntry("text", "t")
                .containsEntry("number", "7")
                .containsEntry("flag", "true")
                .containsEntry("uuid", uuid.toString())
                .containsEntry("level", "BLOCKED");
    }

    @Test
    void refusesHeaderThatCannotBeSent() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mapper.toWire("orders", "x", Map.of("list", List.of(1))))
                .withMessageContaining("'list'");
    }

    @Test
    void refusesHeaderWithReservedName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mapper.toWire("orders", "x", Map.of("UNIQ_KEY", "1")))
                .withMessageContaining("UNIQ_KEY");
    }

    @Test
    void sendsSpringMessageWithItsHeadersExceptThoseOfThisProcess() {
        var message = MessageBuilder.withPayload(new Order("o-1", 5, Instant.EPOCH))
                .setHeader("source", "shop")
                .setHeader("object", new Object())
                .setHeader(MessageHeaders.REPLY_CHANNEL, "replies")
                .setHeader(ReliableMqHeaders.KEYS, "o-1")
                .setHeader(ReliableMqHeaders.QUEUE_ID, 3)
                .build();

        Message sent = mapper.toWire("orders", message, Map.of("source", "override"));

        assertThat(sent.properties())
                .containsOnly(
                        Map.entry("source", "override"),
                        Map.entry("KEYS", "o-1"),
                        Map.entry("contentType", "application/json"));
    }

    @Test
    void receivesPropertiesAndMetadataAsHeaders() {
        var message = mapper.fromWire(Received.text(
                "orders",
                "x",
                Map.of(
                        "TAGS",
                        "created",
                        "KEYS",
                        "k1 k2",
                        "UNIQ_KEY",
                        "u",
                        "_SYS_MSG_PRIORITY_",
                        "7",
                        "source",
                        "shop",
                        "contentType",
                        "text/plain")));

        assertThat(message.getPayload()).isEqualTo(new byte[] {'x'});
        assertThat(message.getHeaders())
                .containsEntry("source", "shop")
                .containsEntry(MessageHeaders.CONTENT_TYPE, MimeTypeUtils.TEXT_PLAIN)
                .containsEntry(ReliableMqHeaders.TOPIC, "orders")
                .containsEntry(ReliableMqHeaders.TAGS, "created")
                .containsEntry(ReliableMqHeaders.KEYS, "k1 k2")
                .containsEntry(ReliableMqHeaders.PRIORITY, 7)
                .containsEntry(ReliableMqHeaders.MESSAGE_ID, "id-1")
                .containsEntry(ReliableMqHeaders.OFFSET_MESSAGE_ID, "offset-id-1")
                .containsEntry(ReliableMqHeaders.BROKER_NAME, "broker-a")
                .containsEntry(ReliableMqHeaders.QUEUE_ID, 3)
                .containsEntry(ReliableMqHeaders.QUEUE_OFFSET, 42L)
                .containsEntry(ReliableMqHeaders.RECONSUME_TIMES, 2)
                .containsEntry(ReliableMqHeaders.BORN_TIMESTAMP, Received.BORN)
                .containsEntry(ReliableMqHeaders.STORE_TIMESTAMP, Received.STORED)
                .doesNotContainKeys("UNIQ_KEY", "TAGS", "KEYS");
    }

    @Test
    void doesNotTakeSendersPropertyForMetadata() {
        var message = mapper.fromWire(Received.text(
                "orders",
                "x",
                Map.of(
                        ReliableMqHeaders.TOPIC,
                        "forged",
                        ReliableMqHeaders.TAGS,
                        "forged",
                        ReliableMqHeaders.PRIORITY,
                        "9")));

        assertThat(message.getHeaders())
                .containsEntry(ReliableMqHeaders.TOPIC, "orders")
                .doesNotContainKeys(ReliableMqHeaders.TAGS, ReliableMqHeaders.PRIORITY);
    }

    @Test
    void refusesReceivedContentTypeThatIsNone() {
        assertThatExceptionOfType(MessageConversionException.class)
                .isThrownBy(() -> mapper.fromWire(Received.text("orders", "x", Map.of("contentType", "no type"))))
                .withMessageContaining("id-1")
                .withMessageContaining("no type");
    }

    private Object read(Message sent, Class<?> type) {
        return converter.messageConverter().fromMessage(mapper.fromWire(Received.of(sent)), type);
    }
}
