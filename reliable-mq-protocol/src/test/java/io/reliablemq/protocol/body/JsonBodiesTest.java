package io.reliablemq.protocol.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.QueueAccess;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.route.TopicSettings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonBodiesTest {

    private static String text(Body body) {
        return new String(body.toByteArray(), StandardCharsets.UTF_8);
    }

    @Test
    void readsNumericMemberNamesWithoutQuotes() {
        BrokerAddresses read = JsonBodies.read(
                Body.ofUtf8(
                        "{\"brokerAddrs\":{0:\"a:1\",1:\"b:2\",12:\"c:3\"},\"brokerName\":\"x\",\"cluster\":\"c\"}"),
                BrokerAddresses.class);
        assertThat(read.addresses()).containsExactlyInAnyOrderEntriesOf(Map.of(0L, "a:1", 1L, "b:2", 12L, "c:3"));
        assertThat(read.master()).isEqualTo("a:1");
    }

    @Test
    void readsThemQuotedToo() {
        BrokerAddresses read = JsonBodies.read(
                Body.ofUtf8("{\"brokerAddrs\":{\"0\":\"a:1\"},\"brokerName\":\"x\"}"), BrokerAddresses.class);
        assertThat(read.master()).isEqualTo("a:1");
    }

    @Test
    void writesStandardJsonWithQuotedNames() {
        String json = text(JsonBodies.write(new BrokerAddresses("c", "broker-a", Map.of(0L, "127.0.0.1:10911"))));
        assertThat(json).contains("\"brokerAddrs\":{\"0\":\"127.0.0.1:10911\"}");
    }

    @Test
    void routesSurvive() {
        TopicRoute route = new TopicRoute(
                List.of(new BrokerAddresses("DefaultCluster", "broker-a", Map.of(0L, "127.0.0.1:10911", 1L, "b:2"))),
                List.of(new QueueAccess("broker-a", 4, 4, 6, 0)));
        assertThat(JsonBodies.read(JsonBodies.write(route), TopicRoute.class)).isEqualTo(route);
    }

    @Test
    void readsTheRouteThatApacheWrites() {
        TopicRoute route = JsonBodies.read(
                Body.ofUtf8(
                        "{\"brokerDatas\":[{\"brokerAddrs\":{\"0\":\"127.0.0.2:10911\"},\"brokerName\":\"broker-a\","
                                + "\"cluster\":\"DefaultCluster\",\"enableActingMaster\":false}],\"filterServerTable\":{},"
                                + "\"queueDatas\":[{\"brokerName\":\"broker-a\",\"perm\":7,\"readQueueNums\":8,"
                                + "\"topicSysFlag\":0,\"writeQueueNums\":8}],\"topicQueueMappingByBroker\":null}"),
                TopicRoute.class);
        assertThat(route.broker("broker-a")).isNotNull();
        assertThat(route.queues()).containsExactly(new QueueAccess("broker-a", 8, 8, 7, 0));
        assertThat(route.broker("broker-b")).isNull();
    }

    @Test
    void readsTheHeartbeatThatApacheWrites() {
        Heartbeat beat = JsonBodies.read(
                Body.ofUtf8("{\"clientID\":\"127.0.0.1@x\",\"consumerDataSet\":[{\"consumeFromWhere\":"
                        + "\"CONSUME_FROM_FIRST_OFFSET\",\"consumeType\":\"CONSUME_PASSIVELY\",\"groupName\":\"CG\","
                        + "\"messageModel\":\"CLUSTERING\",\"subscriptionDataSet\":[{\"classFilterMode\":false,"
                        + "\"codeSet\":[2598919],\"expressionType\":\"TAG\",\"subString\":\"TagA\","
                        + "\"subVersion\":1795433732205,\"tagsSet\":[\"TagA\"],\"topic\":\"T\"}],\"unitMode\":false}],"
                        + "\"heartbeatFingerprint\":0,\"producerDataSet\":[{\"groupName\":\"PG\"}],"
                        + "\"withoutSub\":false}"),
                Heartbeat.class);
        assertThat(beat.producers()).extracting(Heartbeat.ProducerEntry::group).containsExactly("PG");
        Heartbeat.SubscriptionEntry subscription =
                beat.consumers().get(0).subscriptions().get(0);
        assertThat(subscription.tags()).isEqualTo(Set.of("TagA"));
        assertThat(subscription.tagCodes()).isEqualTo(Set.of(2598919));
        assertThat(subscription.version()).isEqualTo(1795433732205L);
        assertThat(JsonBodies.read(JsonBodies.write(beat), Heartbeat.class)).isEqualTo(beat);
    }

    @Test
    void topicTablesSurvive() {
        TopicTable table =
                new TopicTable(Map.of("T", new TopicSettings("T", 4, 6)), new TopicTable.DataVersion(1, 2, 3));
        assertThat(JsonBodies.read(JsonBodies.write(table), TopicTable.class)).isEqualTo(table);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{", "{\"clientID\":{}}", "{\"producerDataSet\":7}", "hello"})
    void refusesWhatIsNoHeartbeat(String body) {
        assertThatThrownBy(() -> JsonBodies.read(Body.ofUtf8(body), Heartbeat.class))
                .isInstanceOf(MalformedBodyException.class)
                .hasMessageContaining("heartbeat");
    }

    @Test
    void refusesDepth() {
        assertThatThrownBy(() -> JsonBodies.read(Body.ofUtf8("{\"x\":" + "[".repeat(10_000)), Heartbeat.class))
                .isInstanceOf(MalformedBodyException.class)
                .hasMessageContaining("depth");
    }
}
