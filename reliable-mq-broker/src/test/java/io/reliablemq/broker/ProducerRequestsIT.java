package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.RecallMessageRequest;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.message.BatchLayout;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.StoredMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What producers ask for beyond a plain send, of a broker on real files over real sockets. */
class ProducerRequestsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final WireClient wire = new WireClient();
    private Broker broker;

    @BeforeEach
    void start() {
        broker = Broker.start(properties().toSettings());
    }

    @AfterEach
    void stop() {
        wire.close();
        broker.close();
    }

    private BrokerProperties properties() {
        BrokerProperties properties = LocalProperties.in(folder);
        properties.setName("broker-a");
        properties.setMessageDelayLevel("100ms 200ms 5m");
        return properties;
    }

    private void restart() {
        broker.close();
        broker = Broker.start(properties().toSettings());
    }

    private Command send(int queueId, String body, Map<String, String> properties, boolean maybeStored) {
        return wire.send(broker.address(), "orders", queueId, body, properties, 0, maybeStored);
    }

    private List<String> bodies(int queueId) {
        return wire.messages(broker.address(), "orders", queueId, 0).stream()
                .map(WireClient::text)
                .toList();
    }

    @Test
    void aRetryOfWhatIsHeldIsAnsweredWithTheFirstPlace() {
        Map<String, String> properties = Map.of("UNIQ_KEY", "id-1");
        Command first = send(1, "x", properties, false);

        // To another queue, as a client may choose it.
        Command again = send(2, "x", properties, true);
        restart();
        Command later = send(3, "x", properties, true);

        assertThat(first.code()).isEqualTo(ResponseCode.SUCCESS);
        for (Command answer : List.of(again, later)) {
            assertThat(answer.code()).isEqualTo(ResponseCode.SUCCESS);
            assertThat(answer.fields())
                    .containsEntry("queueId", "1")
                    .containsEntry("queueOffset", "0")
                    .containsEntry("transactionId", "id-1");
        }
        assertThat(again.fields().get("msgId")).isEqualTo(first.fields().get("msgId"));
        assertThat(bodies(1)).containsExactly("x");
        assertThat(bodies(2)).isEmpty();
        assertThat(bodies(3)).isEmpty();
    }

    @Test
    void aPriorityIsTheNumberOfTheQueue() {
        Command urgent = send(0, "urgent", Map.of("_SYS_MSG_PRIORITY_", "2"), false);
        Command least = send(3, "least", Map.of("_SYS_MSG_PRIORITY_", "0"), false);
        Command most = send(0, "most", Map.of("_SYS_MSG_PRIORITY_", "2147483647"), false);
        send(1, "in order", Map.of("_SYS_MSG_PRIORITY_", "2", "__SHARDINGKEY", "k"), false);
        send(1, "unclear", Map.of("_SYS_MSG_PRIORITY_", "high"), false);
        send(1, "negative", Map.of("_SYS_MSG_PRIORITY_", "-1"), false);
        Command later = send(1, "later", Map.of("_SYS_MSG_PRIORITY_", "2", "DELAY", "1"), false);

        assertThat(urgent.fields()).containsEntry("queueId", "2").containsEntry("queueOffset", "0");
        assertThat(least.fields()).containsEntry("queueId", "0");
        assertThat(most.fields()).containsEntry("queueId", "3");
        assertThat(later.fields()).containsEntry("queueId", "2");
        await().atMost(PATIENCE).until(() -> bodies(2).size() == 2);
        assertThat(bodies(0)).containsExactly("least");
        assertThat(bodies(1)).containsExactly("in order", "unclear", "negative");
        assertThat(bodies(2)).containsExactly("urgent", "later");
        assertThat(bodies(3)).containsExactly("most");
    }

    @Test
    void whatIsNotHeldIsStoredAndWhatIsNoRetryIsStoredAgain() {
        assertThat(send(0, "a", Map.of("UNIQ_KEY", "id-1"), true).code()).isEqualTo(ResponseCode.SUCCESS);
        send(0, "a", Map.of("UNIQ_KEY", "id-1"), false);
        send(0, "b", Map.of("UNIQ_KEY", "id-2"), true);
        wire.send(broker.address(), "others", 0, "c", Map.of("UNIQ_KEY", "id-1"), 0, true);

        assertThat(bodies(0)).containsExactly("a", "a", "b");
        assertThat(wire.messages(broker.address(), "others", 0, 0)).hasSize(1);
    }

    @Test
    void anotherSendWithTheSameIdIsStored() {
        send(0, "first", Map.of("UNIQ_KEY", "id-1"), false);

        // Born at another time: a dead letter that is sent to its topic again, in a second attempt.
        SendMessageRequest header = new SendMessageRequest(
                "producers", "orders", "TBW102", 4, 0, 0, 2, 0, "UNIQ_KEY\u0001id-1\u0002", 0, -1, false, null, true);
        wire.answer(
                broker.address(),
                Command.request(RequestCode.SEND_MESSAGE_V2, header.fieldsV2(), Body.ofUtf8("again")));

        assertThat(bodies(0)).containsExactly("first", "again");
    }

    @Test
    void aRetryOfWhatWaitsForItsTimeIsDroppedToo() {
        Command timer = send(0, "t", Map.of("UNIQ_KEY", "id-1", "TIMER_DELAY_MS", "1500"), false);
        Command level = send(0, "l", Map.of("UNIQ_KEY", "id-2", "DELAY", "2"), false);

        Command timerAgain = send(0, "t", Map.of("UNIQ_KEY", "id-1", "TIMER_DELAY_MS", "1500"), true);
        Command levelAgain = send(0, "l", Map.of("UNIQ_KEY", "id-2", "DELAY", "2"), true);

        assertThat(timerAgain.fields()).isEqualTo(timer.fields()).containsKey("recallHandle");
        assertThat(levelAgain.fields()).isEqualTo(level.fields());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(bodies(0)).contains("t", "l"));
        assertThat(bodies(0)).hasSize(2);
    }

    /** What a consumer sends to its retry topic when the broker does not take the message itself back. */
    private Command copy(String group, int attempts, boolean maybeStored) {
        String properties = MessageProperties.encode(Map.of("UNIQ_KEY", "id-1", "DELAY", "1", "RETRY_TOPIC", "orders"));
        SendMessageRequest header = new SendMessageRequest(
                "CLIENT_INNER_PRODUCER",
                "%RETRY%" + group,
                "TBW102",
                1,
                -1,
                0,
                1,
                0,
                properties,
                attempts,
                2,
                false,
                null,
                maybeStored);
        return wire.answer(
                broker.address(), Command.request(RequestCode.SEND_MESSAGE_V2, header.fieldsV2(), Body.ofUtf8("x")));
    }

    @Test
    void aCopyThatAConsumerSendsAgainIsDroppedAndThatOfAnotherGroupIsNot() {
        Command first = copy("g1", 1, false);
        Command again = copy("g1", 1, true);
        Command other = copy("g2", 1, true);
        Command dead = copy("g1", 3, false);
        Command deadAgain = copy("g1", 3, true);

        assertThat(List.of(first, again, other, dead, deadAgain))
                .extracting(Command::code)
                .containsOnly(ResponseCode.SUCCESS);
        assertThat(again.fields().get("msgId")).isEqualTo(first.fields().get("msgId"));
        assertThat(other.fields().get("msgId")).isNotEqualTo(first.fields().get("msgId"));
        assertThat(deadAgain.fields()).isEqualTo(dead.fields());
        for (String topic : List.of("%RETRY%g2", "%RETRY%g1", "%DLQ%g1")) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(wire.messages(broker.address(), topic, 0, 0))
                            .as(topic)
                            .hasSize(1));
        }
    }

    @Test
    void aRetryOfABatchIsDroppedAsAWhole() {
        Command first = batch(1, false);

        Command again = batch(2, true);

        assertThat(again.fields()).containsEntry("queueId", "1").containsEntry("queueOffset", "0");
        assertThat(again.fields().get("msgId")).isEqualTo(first.fields().get("msgId"));
        assertThat(bodies(1)).containsExactly("b0", "b1", "b2");
        assertThat(bodies(2)).isEmpty();
    }

    private Command batch(int queueId, boolean maybeStored) {
        byte[] body = BatchLayout.encode(IntStream.range(0, 3)
                .mapToObj(i -> new BatchLayout.Entry(0, Map.of("UNIQ_KEY", "inner-" + i), ("b" + i).getBytes()))
                .toList());
        SendMessageRequest header = new SendMessageRequest(
                "producers", "orders", "TBW102", 4, queueId, 0, 1, 0, "", 0, -1, true, null, maybeStored);
        return wire.answer(
                broker.address(), Command.request(RequestCode.SEND_BATCH_MESSAGE, header.fieldsV2(), Body.of(body)));
    }

    @Test
    void whatWaitsIsCalledBackOnceAndForAll() {
        Command sent = send(0, "called back", Map.of("UNIQ_KEY", "id-1", "TIMER_DELAY_MS", "2000"), false);
        send(0, "stays", Map.of("UNIQ_KEY", "id-2", "TIMER_DELAY_MS", "2000"), false);
        String handle = sent.fields().get("recallHandle");

        Command recalled = recall("orders", handle);

        assertThat(recalled.code()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(recalled.fields()).containsEntry("msgId", "id-1");
        assertThat(recall("orders", handle).code()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(recall("others", handle).code()).isEqualTo(ResponseCode.ILLEGAL_OPERATION);
        assertThat(recall("orders", "nonsense").code()).isEqualTo(ResponseCode.ILLEGAL_OPERATION);
        restart();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(bodies(0)).containsExactly("stays"));
        assertThat(recall("orders", handle).code()).isEqualTo(ResponseCode.ILLEGAL_OPERATION);
    }

    private Command recall(String topic, String handle) {
        return wire.answer(
                broker.address(),
                Command.request(
                        RequestCode.RECALL_MESSAGE,
                        new RecallMessageRequest(topic, handle, "producers", null).fields()));
    }

    @Test
    void aReplyToAClientThatIsNotHereIsRefused() {
        SendMessageRequest header = new SendMessageRequest(
                "producers",
                "DefaultCluster_REPLY_TOPIC",
                "TBW102",
                1,
                0,
                0,
                1,
                0,
                "REPLY_TO_CLIENT\u0001nobody\u0002CORRELATION_ID\u0001c\u0002",
                0,
                -1,
                false,
                null,
                false);
        Command answer = wire.answer(
                broker.address(),
                Command.request(RequestCode.SEND_REPLY_MESSAGE_V2, header.fieldsV2(), Body.ofUtf8("re")));

        assertThat(answer.code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(answer.remarkText()).contains("nobody");
        List<StoredMessage> replies = wire.messages(broker.address(), "DefaultCluster_REPLY_TOPIC", 0, 0);
        assertThat(replies).isEmpty();
    }
}
