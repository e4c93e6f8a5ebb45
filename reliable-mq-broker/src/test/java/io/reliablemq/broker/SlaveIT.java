package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.protocol.body.ConsumerGroupSettings;
import io.reliablemq.protocol.body.ConsumerGroupTable;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.TopicTable;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.CreateTopicRequest;
import io.reliablemq.protocol.header.QueryConsumerOffsetRequest;
import io.reliablemq.protocol.header.UpdateConsumerOffsetRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A master and a slave on real files, spoken to over real sockets. */
class SlaveIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final WireClient wire = new WireClient();
    private Broker master;
    private Broker slave;

    @BeforeEach
    void start() {
        master = Broker.start(properties("master").toSettings());
        BrokerProperties properties = properties("slave");
        properties.setBrokerRole(BrokerRole.SLAVE);
        properties.setBrokerId(1);
        properties.setMasterAddress(Addresses.text(master.address()));
        slave = Broker.start(properties.toSettings());
    }

    @AfterEach
    void stop() {
        wire.close();
        slave.close();
        master.close();
    }

    private BrokerProperties properties(String dataDir) {
        BrokerProperties properties = LocalProperties.in(folder.resolve(dataDir));
        // It comes back where it was.
        properties.setListenPort(FreePorts.next());
        properties.setMessageDelayLevel("100ms 200ms 300ms 400ms 5m");
        return properties;
    }

    @Test
    void refusesWhatOnlyAMasterDoesInAWayThatMakesClientsGoThere() {
        Command sent = wire.send(slave.address(), "orders", 0, "hello", Map.of());
        Command locked = wire.answer(
                slave.address(), Command.request(RequestCode.LOCK_BATCH_QUEUES, Map.of(), Body.ofUtf8("{}")));

        assertThat(sent.code()).isEqualTo(ResponseCode.SERVICE_NOT_AVAILABLE);
        assertThat(sent.remarkText()).contains(Addresses.text(master.address()));
        assertThat(locked.code()).isEqualTo(ResponseCode.SERVICE_NOT_AVAILABLE);
    }

    @Test
    void servesHeartbeatsWithoutMakingTopics() {
        assertThat(wire.heartbeat(slave.address(), "c1", "readers", "orders", "*", 1)
                        .code())
                .isEqualTo(ResponseCode.SUCCESS);

        assertThat(topics(slave).topics()).doesNotContainKey("%RETRY%readers");
    }

    @Test
    void topicsAndGroupsFollow() {
        CreateTopicRequest topic = new CreateTopicRequest("bills", 7, 7, 6);
        wire.answer(master.address(), Command.request(RequestCode.UPDATE_AND_CREATE_TOPIC, topic.fields()));
        ConsumerGroupSettings group =
                new ConsumerGroupSettings("accounting", true, true, true, false, 1, 3, 0, 1, true);
        wire.answer(
                master.address(),
                Command.request(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTION_GROUP, Map.of(), JsonBodies.write(group)));

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(topics(slave).topics()).containsKey("bills");
            assertThat(topics(slave).topics().get("bills").readQueues()).isEqualTo(7);
            assertThat(groups(slave).groups()).containsEntry("accounting", group);
        });
    }

    @Test
    void messagesAndOffsetsFollow() {
        for (int i = 0; i < 20; i++) {
            wire.send(master.address(), "orders", 0, "m" + i, Map.of());
        }
        wire.heartbeat(master.address(), "c1", "readers", "orders", "*", 1);
        commit(master, 12);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(offset(slave)).isEqualTo(12));
        assertThat(wire.messages(slave.address(), "orders", 0, 12))
                .extracting(WireClient::text)
                .containsExactly("m12", "m13", "m14", "m15", "m16", "m17", "m18", "m19");
    }

    @Test
    void offsetsOfConsumersFlowBackWhenTheMasterReturns() {
        for (int i = 0; i < 20; i++) {
            wire.send(master.address(), "orders", 0, "m" + i, Map.of());
        }
        commit(master, 5);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(offset(slave)).isEqualTo(5));
        int port = master.address().getPort();
        master.close();

        Command pulled = wire.pull(slave.address(), "readers", "orders", 0, 5, Duration.ZERO, "*")
                .join();
        assertThat(pulled.fields()).containsEntry("nextBeginOffset", "20").containsEntry("suggestWhichBrokerId", "0");
        commit(slave, 20);
        BrokerProperties again = properties("master");
        again.setListenPort(port);
        master = Broker.start(again.toSettings());

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(offset(master)).isEqualTo(20));
        assertThat(offset(slave)).isEqualTo(20);
    }

    private void commit(Broker broker, long offset) {
        assertThat(wire.answer(
                                broker.address(),
                                Command.request(
                                        RequestCode.UPDATE_CONSUMER_OFFSET,
                                        new UpdateConsumerOffsetRequest("readers", "orders", 0, offset).fields()))
                        .code())
                .isEqualTo(ResponseCode.SUCCESS);
    }

    private long offset(Broker broker) {
        Command answer = wire.answer(
                broker.address(),
                Command.request(
                        RequestCode.QUERY_CONSUMER_OFFSET,
                        new QueryConsumerOffsetRequest("readers", "orders", 0, true).fields()));
        return answer.isSuccess() ? Long.parseLong(answer.fields().get("offset")) : -1;
    }

    private TopicTable topics(Broker broker) {
        return JsonBodies.read(
                wire.answer(broker.address(), Command.request(RequestCode.GET_ALL_TOPIC_CONFIG, Map.of()))
                        .body(),
                TopicTable.class);
    }

    private ConsumerGroupTable groups(Broker broker) {
        return JsonBodies.read(
                wire.answer(broker.address(), Command.request(RequestCode.GET_ALL_SUBSCRIPTION_GROUP_CONFIG, Map.of()))
                        .body(),
                ConsumerGroupTable.class);
    }
}
