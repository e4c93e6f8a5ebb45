package io.reliablemq.broker.nameserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.TestConnection;
import io.reliablemq.broker.nameserver.BrokerLiveness.BrokerAddress;
import io.reliablemq.protocol.body.BrokerRegistration;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.TopicTable;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.RegisterBrokerRequest;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.route.TopicSettings;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;

class NameServerRequestsTest {

    private final ManualClock clock = new ManualClock();
    private final RouteRegistry routes = new RouteRegistry();
    private final BrokerLiveness liveness = new BrokerLiveness(clock);
    private final NameServerRequests requests =
            new NameServerRequests(new BrokerRegistrations(routes, liveness), () -> {});
    private final TestConnection connection = new TestConnection();

    private static Command registration(String name, String address, boolean onDemand, String... topics) {
        Map<String, TopicSettings> table = new HashMap<>();
        for (String topic : topics) {
            table.put(topic, new TopicSettings(topic, 4, 6));
        }
        Body body =
                JsonBodies.write(new BrokerRegistration(new TopicTable(table, new TopicTable.DataVersion(0, 1, 1))));
        return registration(name, address, onDemand, false, body);
    }

    private static Command registration(String name, String address, boolean onDemand, boolean compressed, Body body) {
        Map<String, String> fields = new HashMap<>(new RegisterBrokerRequest(
                        "c",
                        name,
                        0,
                        address,
                        address,
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

        assertThat(requests.answer(registration("a", "h:1", false, true, body), connection)
                        .isSuccess())
                .isTrue();
        assertThat(route("packed").isSuccess()).isTrue();

        Command damaged = registration("b", "h:3", false, true, body);
        Command tampered = Command.request(damaged.code(), damaged.fields(), Body.ofUtf8("something else"));
        assertThat(requests.answer(tampered, connection).remarkText()).contains("crc32");
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        out.writeInt(text.length());
        out.writeBytes(text);
    }
}
