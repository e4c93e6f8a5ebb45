package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.UpdateConsumerOffsetRequest;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.SystemFlag;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one client sends must not harm the others: it is refused at the door. */
class InputChecksIT {

    @TempDir
    Path folder;

    private final WireClient wire = new WireClient();
    private Broker broker;

    @BeforeEach
    void start() {
        broker = Broker.start(LocalProperties.in(folder).toSettings());
    }

    @AfterEach
    void stop() {
        wire.close();
        broker.close();
    }

    private int code(int requestCode, String body) {
        return wire.answer(broker.address(), Command.request(requestCode, Map.of(), Body.ofUtf8(body)))
                .code();
    }

    private int commit(String group, String topic, int queueId) {
        return wire.answer(
                        broker.address(),
                        Command.request(
                                RequestCode.UPDATE_CONSUMER_OFFSET,
                                new UpdateConsumerOffsetRequest(group, topic, queueId, 0).fields()))
                .code();
    }

    private static String heartbeat(String topics) {
        return "{\"clientID\":\"c\",\"producerDataSet\":[],\"consumerDataSet\":[{\"groupName\":\"g\","
                + "\"consumeType\":\"CONSUME_PASSIVELY\",\"messageModel\":\"CLUSTERING\","
                + "\"consumeFromWhere\":\"CONSUME_FROM_LAST_OFFSET\",\"unitMode\":false,\"subscriptionDataSet\":["
                + topics + "]}]}";
    }

    private static String subscription(String topic) {
        return "{\"topic\":\"" + topic + "\",\"subString\":\"*\",\"tagsSet\":[],\"codeSet\":[],\"subVersion\":1,"
                + "\"expressionType\":\"TAG\",\"classFilterMode\":false}";
    }

    @Test
    void clientsSayWhoTheyAre() {
        assertThat(code(RequestCode.HEART_BEAT, "{\"producerDataSet\":[],\"consumerDataSet\":[]}"))
                .isEqualTo(ResponseCode.INVALID_PARAMETER);
        String lock =
                "{\"consumerGroup\":\"g\",\"mqSet\":[{\"topic\":\"t\",\"brokerName\":\"broker-a\",\"queueId\":0}]}";
        assertThat(code(RequestCode.LOCK_BATCH_QUEUES, lock)).isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(code(RequestCode.UNLOCK_BATCH_QUEUES, lock)).isEqualTo(ResponseCode.INVALID_PARAMETER);
    }

    @Test
    void subscriptionsAreToTopicsAndNotToTooMany() {
        assertThat(code(RequestCode.HEART_BEAT, heartbeat(subscription("orders"))))
                .isEqualTo(ResponseCode.SUCCESS);
        assertThat(code(RequestCode.HEART_BEAT, heartbeat(subscription("x".repeat(300)))))
                .isEqualTo(ResponseCode.INVALID_PARAMETER);
        String many =
                IntStream.range(0, 1_001).mapToObj(i -> subscription("t" + i)).collect(Collectors.joining(","));
        assertThat(code(RequestCode.HEART_BEAT, heartbeat(many))).isEqualTo(ResponseCode.INVALID_PARAMETER);
    }

    @Test
    void offsetsAreOfQueuesThatThereAre() {
        assertThat(commit("g", "%RETRY%g", 0)).isEqualTo(ResponseCode.SUCCESS);
        assertThat(commit("g", "%RETRY%g", 1)).isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(commit("g", "%RETRY%other", 0)).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
    }

    /** A copy of it would make the next start take the transaction for ended. */
    @Test
    void halfMessagesAreNotSentBack() {
        Command half = wire.send(
                broker.address(),
                "orders",
                0,
                "half",
                Map.of(PropertyNames.UNIQUE_ID, "id", PropertyNames.TRANSACTION_PREPARED, "true"),
                SystemFlag.TRANSACTION_PREPARED,
                false);
        assertThat(half.code()).isEqualTo(ResponseCode.SUCCESS);
        String id = half.fields().get("msgId");
        long position = Long.parseLong(id.substring(id.length() - 16), 16);

        Command refused = wire.answer(
                broker.address(),
                Command.request(
                        RequestCode.CONSUMER_SEND_MESSAGE_BACK,
                        Map.of("offset", Long.toString(position), "group", "g", "delayLevel", "0")));

        assertThat(refused.code()).isEqualTo(ResponseCode.NO_PERMISSION);
    }
}
