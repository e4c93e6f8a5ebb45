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
        BrokerProperties properties = new BrokerProperties();
        properties.setListenPort(0);
        properties.getNameServer().setPort(0);
        properties.setDataDir(folder.resolve(dataDir).toString());
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
