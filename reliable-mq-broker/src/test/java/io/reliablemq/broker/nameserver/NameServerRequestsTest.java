package io.reliablemq.broker.nameserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.TestConnection;
import io.reliablemq.broker.nameserver.BrokerLiveness.BrokerAddress;
import io.reliablemq.protocol.body.BrokerRegistration;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.TopicList;
import io.reliablemq.protocol.body.TopicTable;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.RegisterBrokerRequest;
import io.reliablemq.protocol.header.RouteRequest;
import io.reliablemq.protocol.header.UnregisterBrokerRequest;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.route.TopicSettings;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;

class NameServerRequestsTest {

    private final ManualClock clock = new ManualClock();
    private final RouteWatchers watchers = new RouteWatchers();
    private final RouteRegistry routes = new RouteRegistry(watchers::tell);
    private final BrokerLiveness liveness = new BrokerLiveness(clock);
    private final NameServerRequests requests =
            new NameServerRequests(new BrokerRegistrations(routes, liveness), watchers, () -> {});
    private final TestConnection connection = new TestConnection();

    private static Command registration(String name, String address, boolean onDemand, String... topics) {
        return registration(name, 0, address, onDemand, topics);
    }

    private static Command registration(String name, long id, String address, boolean onDemand, String... topics) {
        Map<String, TopicSettings> table = new HashMap<>();
        for (String topic : topics) {
            table.put(topic, new TopicSettings(topic, 4, 6));
        }
        Body body =
                JsonBodies.write(new BrokerRegistration(new TopicTable(table, new TopicTable.DataVersion(0, 1, 1))));
        return registration(name, id, address, onDemand, false, body);
    }

    private static Command registration(
            String name, long id, String address, boolean onDemand, boolean compressed, Body body) {
        Map<String, String> fields = new HashMap<>(new RegisterBrokerRequest(
                        "c",
                        name,
                        id,
                        address,
                        address + "0",
                        compressed,
                        MessageLayout.bodyChecksum(body.toByteArray()),
                        15_000)
                .fields());
        fields.put(NameServer.RETRY_TOPICS_ON_DEMAND, Boolean.toString(onDemand));
        return Command.request(RequestCode.REGISTER_BROKER, fields, body);
    }

    private Command route(String topic) {
        return requests.answer(Command.request(RequestCode.GET_ROUTE_BY_TOPIC, Map.of("topic", topic)), connection);
    }

    @Test
    void answersWithQuotedKeysAndLeavesOutWhoeverIsGone() {
        assertThat(route("t").code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        requests.answer(registration("a", "h:1", false, "t", "u"), connection);

        assertThat(new String(route("t").body().toByteArray(), StandardCharsets.UTF_8))
                .contains("\"brokerAddrs\":{\"0\":\"h:1\"}")
                .contains("\"writeQueueNums\":4");

        connection.close();
        assertThat(route("t").code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
    }

    @Test
    void brokerOfTheSameProcessNeedsNoConnectionAndExpiresAsAnyOther() {
        RegisterBrokerRequest own = new RegisterBrokerRequest("c", "a", 0, "h:1", "h:10", false, 0, 15_000);
        List<TopicSettings> topics = List.of(new TopicSettings("t", 4, 6));
        assertThat(requests.register(own, null, false, topics).refusal()).isNull();
        assertThat(route("t").isSuccess()).isTrue();

        // Whoever comes under its name is refused as long as it is heard of.
        assertThat(requests.answer(registration("a", "h:2", false, "t"), connection)
                        .remarkText())
                .contains("belongs to h:1");
        clock.pass(Duration.ofSeconds(14));
        requests.register(own, null, false, topics);
        clock.pass(Duration.ofSeconds(14));
        assertThat(liveness.expire()).isEmpty();
        clock.pass(Duration.ofSeconds(1));
        assertThat(liveness.expire()).hasSize(1);
    }

    @Test
    void brokerOfTheSameProcessLeavesTheRoutesAndMayComeBackOverAConnection() {
        RegisterBrokerRequest own = new RegisterBrokerRequest("c", "a", 0, "h:1", "h:10", false, 0, 15_000);
        requests.register(own, null, false, List.of(new TopicSettings("t", 4, 6)));
        requests.answer(registration("a", "h:1", false, "t"), connection);
        connection.close();
        assertThat(route("t").code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);

        requests.register(own, null, false, List.of(new TopicSettings("t", 4, 6)));
        requests.unregister(new UnregisterBrokerRequest("c", "a", "h:1", 0));
        assertThat(route("t").code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
    }

    @Test
    void keepsBrokerThatRegisteredAgainOverANewConnection() {
        TestConnection newer = new TestConnection();
        requests.answer(registration("a", "h:1", false, "t", "u"), connection);
        requests.answer(registration("a", "h:1", false, "t", "u"), newer);

        connection.close();

        assertThat(route("t").isSuccess()).isTrue();
    }

    @Test
    void oldConnectionThatClosesLateNeverTakesTheNewRouteAway() throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        Command renewal = registration("a", "h:1", false, "t", "u");
        TestConnection old = new TestConnection();
        requests.answer(registration("a", "h:1", false, "t", "u"), old);
        for (int round = 0; round < 3_000; round++) {
            TestConnection closing = old;
            TestConnection newer = new TestConnection();
            CompletableFuture<Void> close = CompletableFuture.runAsync(() -> {
                await(start);
                closing.close();
            });
            await(start);
            requests.answer(renewal, newer);
            close.get(20, TimeUnit.SECONDS);

            assertThat(route("t").isSuccess()).as("round %d", round).isTrue();
            old = newer;
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void brokerThatIsSilentForLongerThanItPromisedExpires() {
        requests.answer(registration("a", "h:1", false, "t", "u"), connection);
        clock.pass(Duration.ofSeconds(14));
        assertThat(liveness.expire()).isEmpty();
        assertThat(liveness.nanosToNextDeadline())
                .isEqualTo(Duration.ofSeconds(1).toNanos());

        clock.pass(Duration.ofSeconds(1));
        assertThat(liveness.expire()).containsExactly(new BrokerAddress("a", "h:1"));
    }

    @Test
    void refusesSecondLiveBrokerOfTheSameName() {
        requests.answer(registration("a", "h:1", false, "t", "u"), connection);

        Command refused = requests.answer(registration("a", "h:2", false, "t", "u"), new TestConnection());
        assertThat(refused.isSuccess()).isFalse();
        assertThat(refused.remarkText()).contains("h:1");

        connection.close();
        assertThat(requests.answer(registration("a", "h:2", false, "t", "u"), new TestConnection())
                        .isSuccess())
                .isTrue();
    }

    @Test
    void givesRetryRoutesOfBrokersThatMakeThemOnDemandAndOfNoOthers() {
        requests.answer(registration("ours", "h:1", true, "t", "u"), connection);
        requests.answer(registration("theirs", "h:2", false, "t", "u"), connection);

        TopicRoute retry = JsonBodies.read(route("%RETRY%new").body(), TopicRoute.class);

        assertThat(retry.queues()).singleElement().satisfies(queues -> {
            assertThat(queues.brokerName()).isEqualTo("ours");
            assertThat(queues.readQueues()).isEqualTo(1);
            assertThat(queues.permission()).isEqualTo(6);
        });
        assertThat(route("%DLQ%new").code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
    }

    @Test
    void readsCompressedRegistrationsAndRefusesDamagedOnes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
            text(out, "{}");
            out.writeInt(1);
            text(out, "packed 8 8 6 SINGLE_TAG {}");
            text(out, "[]");
        }
        Body body = Body.of(bytes.toByteArray());

        assertThat(requests.answer(registration("a", 0, "h:1", false, true, body), connection)
                        .isSuccess())
                .isTrue();
        assertThat(route("packed").isSuccess()).isTrue();

        Command damaged = registration("b", 0, "h:3", false, true, body);
        Command tampered = Command.request(damaged.code(), damaged.fields(), Body.ofUtf8("something else"));
        assertThat(requests.answer(tampered, connection).remarkText()).contains("crc32");
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        out.writeInt(text.length());
        out.writeBytes(text);
    }

    private TopicRoute routeOf(String topic) {
        Command answer = route(topic);
        return answer.isSuccess() ? JsonBodies.read(answer.body(), TopicRoute.class) : TopicRoute.EMPTY;
    }

    @Test
    void keepsTheSlaveOfAMasterThatIsGoneInTheRoute() {
        TestConnection ofSlave = new TestConnection();
        requests.answer(registration("a", 0, "h:1", true, "t", "u"), connection);
        requests.answer(registration("a", 1, "h:2", true, "t", "u"), ofSlave);
        assertThat(routeOf("t").brokers())
                .singleElement()
                .satisfies(broker -> assertThat(broker.addresses()).isEqualTo(Map.of(0L, "h:1", 1L, "h:2")));

        connection.close();

        assertThat(routeOf("t").brokers())
                .singleElement()
                .satisfies(broker -> assertThat(broker.addresses()).isEqualTo(Map.of(1L, "h:2")));
        assertThat(routeOf("t").queues()).hasSize(1);

        // It is made the master, at the same address.
        requests.answer(registration("a", 0, "h:2", true, "t", "u"), ofSlave);
        assertThat(routeOf("t").brokers())
                .singleElement()
                .satisfies(broker -> assertThat(broker.addresses()).isEqualTo(Map.of(0L, "h:2")));
        ofSlave.close();
        assertThat(routeOf("t")).isEqualTo(TopicRoute.EMPTY);
    }

    @Test
    void believesASlaveOnlyWhileThereIsNoMaster() {
        requests.answer(registration("a", 1, "h:2", true, "fromSlave"), new TestConnection());
        assertThat(routeOf("fromSlave").queues()).hasSize(1);
        assertThat(routeOf("%RETRY%g").queues()).hasSize(1);

        requests.answer(registration("a", 0, "h:1", true, "fromMaster", "u"), connection);
        requests.answer(registration("a", 1, "h:2", true, "onlySlave"), new TestConnection());

        assertThat(routeOf("fromMaster").queues()).hasSize(1);
        assertThat(routeOf("onlySlave")).isEqualTo(TopicRoute.EMPTY);
    }

    @Test
    void tellsASlaveWhereItsMasterIsAndAMasterNothing() {
        Command slave = registration("a", 1, "h:2", true, "t", "u");
        assertThat(requests.answer(slave, new TestConnection()).fields()).isEmpty();

        assertThat(requests.answer(registration("a", 0, "h:1", true, "t", "u"), connection)
                        .fields())
                .isEmpty();

        assertThat(requests.answer(slave, new TestConnection()).fields())
                .isEqualTo(Map.of("masterAddr", "h:1", "haServerAddr", "h:10"));
    }

    @Test
    void tellsWhoeverWatchesThatARouteHasChangedAndNobodyElse() {
        TestConnection watching = new TestConnection();
        TestConnection other = new TestConnection();
        assertThat(watch("t", watching).code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        watch("%RETRY%g", watching);
        watch("x", other);
        Command arrival = registration("a", 0, "h:1", true, "t", "u");

        requests.answer(arrival, connection);
        assertThat(told(watching)).containsExactly(List.of("%RETRY%g", "t"));
        requests.answer(arrival, connection);
        assertThat(watching.sent()).as("nothing is new in a renewal").hasSize(1);

        requests.answer(registration("a", 0, "h:1", true, "x"), connection);
        assertThat(watching.sent()).hasSize(1);
        assertThat(told(other)).containsExactly(List.of("x"));

        connection.close();
        assertThat(told(watching)).hasSize(2).last().isEqualTo(List.of("%RETRY%g", "t"));

        watching.close();
        requests.answer(arrival, new TestConnection());
        assertThat(watching.sent()).hasSize(2);
        assertThat(watchers.size()).isEqualTo(1);
    }

    @Test
    void tellsOfASlaveThatComesAndGoes() {
        TestConnection watching = new TestConnection();
        TestConnection ofSlave = new TestConnection();
        requests.answer(registration("a", 0, "h:1", false, "t", "u"), connection);
        assertThat(watch("t", watching).fields()).isEqualTo(Map.of("watched", "true"));

        requests.answer(registration("a", 1, "h:2", false, "t", "u"), ofSlave);
        ofSlave.close();

        assertThat(told(watching)).containsExactly(List.of("t"), List.of("t"));
    }

    private Command watch(String topic, TestConnection watching) {
        return requests.answer(
                Command.request(RequestCode.GET_ROUTE_BY_TOPIC, new RouteRequest(topic, true).fields()), watching);
    }

    private static List<List<String>> told(TestConnection watching) {
        return watching.sent().stream()
                .map(notice -> JsonBodies.read(notice.body(), TopicList.class).topics())
                .toList();
    }
}
