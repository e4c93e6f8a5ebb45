package io.reliablemq.client.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.ClusterQueries.BrokerNode;
import io.reliablemq.client.testing.ScriptedServer;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.transport.EventLoops;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What name servers and brokers say about themselves, in the forms that Apache RocketMQ and this project give it. */
class ClusterQueriesTest {

    private final EventLoops loops = EventLoops.create("test-io", 1);
    private final ScriptedServer first = new ScriptedServer(loops);
    private final ScriptedServer second = new ScriptedServer(loops);
    private final MqClient client = MqClient.create(new ClientSettings(
            List.of(first.address(), second.address()),
            "test",
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5)));

    @AfterEach
    void stop() throws Exception {
        client.close();
        first.close();
        second.close();
        loops.close();
    }

    private static void answers(ScriptedServer server, int code, String body) {
        server.on(code, (request, reply) -> reply.send(Command.success(Map.of(), Body.ofUtf8(body))));
    }

    private BrokerNode node() {
        return new BrokerNode("c", "a", 0, first.address());
    }

    @Test
    void brokersAreThoseThatAnyNameServerKnows() {
        // As Apache's name server writes it: numbers as names without quotes.
        answers(
                first,
                RequestCode.GET_BROKER_CLUSTER_INFO,
                "{\"brokerAddrTable\":{\"a\":{\"brokerAddrs\":{0:\"10.0.0.1:10911\",1:\"10.0.0.2:10911\"},"
                        + "\"brokerName\":\"a\",\"cluster\":\"c\",\"enableActingMaster\":false}},"
                        + "\"clusterAddrTable\":{\"c\":[\"a\"]}}");
        answers(
                second,
                RequestCode.GET_BROKER_CLUSTER_INFO,
                "{\"brokerAddrTable\":{\"a\":{\"brokerAddrs\":{\"0\":\"10.0.0.1:10911\"},\"brokerName\":\"a\","
                        + "\"cluster\":\"c\"},\"b\":{\"brokerAddrs\":{\"0\":\"10.0.0.3:10911\"},\"brokerName\":\"b\","
                        + "\"cluster\":\"c\"}}}");

        assertThat(client.cluster().brokers().join())
                .containsExactly(
                        new BrokerNode("c", "a", 0, "10.0.0.1:10911"),
                        new BrokerNode("c", "a", 1, "10.0.0.2:10911"),
                        new BrokerNode("c", "b", 0, "10.0.0.3:10911"));
    }

    @Test
    void oneNameServerIsEnough() {
        answers(first, RequestCode.GET_BROKER_CLUSTER_INFO, "{\"brokerAddrTable\":{}}");
        second.stop();

        assertThat(client.cluster().brokers().join()).isEmpty();
    }

    @Test
    void withoutAnyNameServerItFails() {
        first.stop();
        second.stop();

        assertThatThrownBy(() -> client.cluster().brokers().join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("No name server of [" + first.address() + ", " + second.address() + "]");
    }

    @Test
    void configurationIsReadAsProperties() {
        answers(
                first,
                RequestCode.GET_BROKER_CONFIG,
                "flushDiskType=ASYNC_FLUSH\nmessageDelayLevel=1s 5s\nempty=\nstorePathRootDir=C:\\\\data\n");

        assertThat(client.cluster().configuration(node()).join())
                .containsOnly(
                        Map.entry("flushDiskType", "ASYNC_FLUSH"),
                        Map.entry("messageDelayLevel", "1s 5s"),
                        Map.entry("empty", ""),
                        Map.entry("storePathRootDir", "C:\\data"));
    }

    @Test
    void runtimeIsReadFromItsTable() {
        answers(first, RequestCode.GET_BROKER_RUNTIME_INFO, "{\"table\":{\"brokerVersionDesc\":\"V5_5_0\"}}");

        assertThat(client.cluster().runtime(node()).join()).containsOnly(Map.entry("brokerVersionDesc", "V5_5_0"));
    }

    @Test
    void theRetryQueuesOfAGroupAreReadFromItsSettings() {
        // As a broker of Apache RocketMQ writes it.
        answers(
                first,
                RequestCode.GET_SUBSCRIPTION_GROUP_CONFIG,
                "{\"brokerId\":0,\"consumeBroadcastEnable\":true,\"consumeEnable\":true,\"consumeFromMinEnable\":true,"
                        + "\"consumeMessageOrderly\":false,\"consumeTimeoutMinute\":15,\"groupName\":\"billing\","
                        + "\"groupRetryPolicy\":{\"type\":\"CUSTOMIZED\"},\"groupSysFlag\":0,"
                        + "\"notifyConsumerIdsChangedEnable\":true,\"retryMaxTimes\":16,\"retryQueueNums\":0,"
                        + "\"whichBrokerWhenConsumeSlowly\":1}");

        assertThat(client.cluster().retryQueues(node(), "billing").join()).isZero();
        assertThat(first.received(RequestCode.GET_SUBSCRIPTION_GROUP_CONFIG))
                .singleElement()
                .satisfies(request -> assertThat(request.fields()).containsEntry("group", "billing"));
    }

    @Test
    void aRefusalSaysWhoAndWhy() {
        first.on(
                RequestCode.GET_BROKER_CONFIG,
                (request, reply) -> reply.send(Command.failure(ResponseCode.NO_PERMISSION, "not for you")));

        assertThatThrownBy(() -> client.cluster().configuration(node()).join())
                .hasMessageContaining(first.address() + " answered 16 not for you");
    }
}
