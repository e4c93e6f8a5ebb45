package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.UpdateConsumerOffsetRequest;
import io.reliablemq.protocol.message.StoredMessage;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators see of a broker, over HTTP and over the protocol. */
class ManagementIT {

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final WireClient wire = new WireClient();
    private Broker broker;

    @AfterEach
    void stop() {
        wire.close();
        if (broker != null) {
            broker.close();
        }
    }

    private BrokerProperties properties() {
        BrokerProperties properties = LocalProperties.in(folder);
        properties.setMessageDelayLevel("100ms 5m 5m 5m");
        properties.getManagement().setEnabled(true);
        properties.getManagement().setPort(0);
        return properties;
    }

    private HttpResponse<String> ask(String method, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + broker.managementAddress().getPort() + path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(Duration.ofSeconds(20))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private String metrics() throws Exception {
        return ask("GET", "/metrics").body();
    }

    @Test
    void countsWhatHappens() throws Exception {
        broker = Broker.start(properties().toSettings());
        for (int i = 0; i < 3; i++) {
            wire.send(broker.address(), "orders", 0, "m" + i, Map.of());
        }
        wire.send(broker.address(), "orders", 0, "later", Map.of("DELAY", "4"));
        wire.answer(broker.address(), Command.request(9_999, Map.of()));
        wire.messages(broker.address(), "orders", 0, 0);
        wire.heartbeat(broker.address(), "c1", "readers", "orders", "*", 1);
        wire.answer(
                broker.address(),
                Command.request(
                        RequestCode.UPDATE_CONSUMER_OFFSET,
                        new UpdateConsumerOffsetRequest("readers", "orders", 0, 1).fields()));

        HttpResponse<String> answer = ask("GET", "/metrics");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.body().lines())
                .contains(
                        "reliable_mq_broker_log_appended_messages_total 4",
                        "reliable_mq_broker_flush_duration_seconds_count 4",
                        "reliable_mq_broker_flush_policy{policy=\"SYNC_FLUSH\"} 1",
                        "reliable_mq_broker_append_answered_messages_total{status=\"COMMITTED\"} 4",
                        "reliable_mq_broker_unsafe_messages 0",
                        "reliable_mq_broker_log_failed 0",
                        "reliable_mq_broker_delivered_messages_total 3",
                        "reliable_mq_broker_group_lag_messages{group=\"readers\",topic=\"orders\"} 2",
                        "reliable_mq_broker_delayed_messages 1",
                        "reliable_mq_broker_clients 1",
                        "reliable_mq_broker_connections 1",
                        "reliable_mq_broker_requests_total{code=\"310\",outcome=\"success\"} 4",
                        "reliable_mq_broker_requests_total{code=\"unknown\",outcome=\"3\"} 1")
                .filteredOn(line -> line.startsWith("# TYPE"))
                .doesNotHaveDuplicates();
    }

    @Test
    void everyFigureIsExplainedInTheGuide() throws Exception {
        broker = Broker.start(properties().toSettings());
        wire.send(broker.address(), "%DLQ%readers", 0, "m", Map.of());
        wire.heartbeat(broker.address(), "c1", "readers", "orders", "*", 1);
        await().atMost(Duration.ofSeconds(20)).until(() -> broker.accounts().containsKey("readers"));
        String page = Files.readString(Path.of("../src-docs/src/docs/asciidoc/operations.adoc"));

        assertThat(broker.figures().read().stream()
                        .map(figure -> figure.name().replace("reliable.mq.broker.", ""))
                        .filter(name -> !page.contains("`" + name + "`"))
                        .distinct())
                .as("figures that operations.adoc does not explain")
                .isEmpty();
    }

    @Test
    void noTwoFiguresHaveOneNameAndTags() {
        broker = Broker.start(properties().toSettings());
        wire.send(broker.address(), "orders", 0, "m", Map.of());
        wire.heartbeat(broker.address(), "c1", "readers", "orders", "*", 1);
        StoredMessage message = wire.messages(broker.address(), "orders", 0, 0).get(0);
        // A level below 0 asks for a dead letter.
        wire.sendBack(broker.address(), message, "readers", -1, 15);
        await().untilAsserted(() -> assertThat(broker.accounts()).containsKey("readers"));

        assertThat(broker.figures().read())
                .extracting(figure -> figure.name() + figure.tags())
                .contains("reliable.mq.broker.group.dead.kept{group=readers}")
                .doesNotHaveDuplicates();
    }

    @Test
    void isHealthyAndReadOnly() throws Exception {
        broker = Broker.start(properties().toSettings());

        HttpResponse<String> health = ask("GET", "/health");

        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(health.body())
                .isEqualTo("{\"status\":\"UP\",\"findings\":[],\"role\":\"ASYNC_MASTER\",\"epoch\":1,"
                        + "\"inSync\":1,\"slaves\":{}}");
        assertThat(ask("HEAD", "/health").statusCode()).isEqualTo(200);
        assertThat(ask("GET", "/healthy").statusCode()).isEqualTo(404);
        assertThat(ask("POST", "/health").statusCode()).isEqualTo(405);
    }

    private static java.util.List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().contains("HTTP-Dispatcher")
                        || thread.getName().startsWith("rmq-management"))
                .toList();
    }

    @Test
    void keepsNoProcessAlive() throws Exception {
        broker = Broker.start(properties().toSettings());
        ask("GET", "/health");

        assertThat(threads()).isNotEmpty().allMatch(Thread::isDaemon);
        broker.close();
        await().untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    @Test
    void halfARequestKeepsNobodyWaiting() throws Exception {
        broker = Broker.start(properties().toSettings());
        try (Socket slow = new Socket(
                InetAddress.getLoopbackAddress(), broker.managementAddress().getPort())) {
            slow.getOutputStream().write("GET /he".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            slow.getOutputStream().flush();

            assertThat(ask("GET", "/health").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void isDownAfterAFailedForce() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        broker = Broker.start(properties().toSettings(), (settings, role, clock, errors) -> {
            StoreSettings store = StoreSettings.in(Path.of("/data")).withPreallocateBytes(0);
            LogMessageStore opened = LogMessageStore.open(store, disk, clock, (where, error) -> {});
            return OpenedStore.of(opened);
        });
        wire.send(broker.address(), "orders", 0, "safe", Map.of());
        assertThat(broker.health().status()).isEqualTo(Health.Status.UP);

        disk.failForcesAfter(0);
        assertThat(wire.send(broker.address(), "orders", 0, "lost", Map.of()).code())
                .isEqualTo(ResponseCode.SYSTEM_ERROR);

        HttpResponse<String> health = ask("GET", "/health");
        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(health.body())
                .startsWith("{\"status\":\"DOWN\",\"findings\":[{\"name\":\"log\",\"status\":\"DOWN\",\"what\":\"")
                .contains("force failed")
                .contains("restart the broker");
        assertThat(metrics())
                .contains("reliable_mq_broker_log_failed 1\n")
                .contains("reliable_mq_broker_flush_failures_total 1\n");
        disk.failForcesAfter(Integer.MAX_VALUE);
    }

    @Test
    void isDegradedWhileANameServerIsAway() throws Exception {
        BrokerProperties properties = properties();
        properties.setNameServers(java.util.List.of("127.0.0.1:1"));
        broker = Broker.start(properties.toSettings());

        HttpResponse<String> health = ask("GET", "/health");

        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).contains("DEGRADED").contains("registration").contains("127.0.0.1:1");
    }

    @Test
    void namesTheSettingOfATakenPort() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            BrokerProperties properties = properties();
            properties.getManagement().setPort(taken.getLocalPort());

            assertThatThrownBy(() -> Broker.start(properties.toSettings()))
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessageContaining("reliable-mq.broker.management.port is '" + taken.getLocalPort() + "'");
        }
    }

    @Test
    void defaultPortGivesWayToAFreeOne() throws Exception {
        BrokerProperties properties = LocalProperties.in(folder.resolve("one"));
        properties.getManagement().setEnabled(true);
        try (Broker first = Broker.start(properties.toSettings())) {
            properties.setDataDir(folder.resolve("two").toString());
            broker = Broker.start(properties.toSettings());

            assertThat(broker.managementAddress().getPort())
                    .isNotEqualTo(first.managementAddress().getPort());
            assertThat(ask("GET", "/health").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void isNotThereUnlessSwitchedOn() {
        BrokerProperties properties = properties();
        properties.getManagement().setEnabled(false);
        broker = Broker.start(properties.toSettings());

        assertThat(broker.managementAddress()).isNull();
        assertThat(broker.health().status()).isEqualTo(Health.Status.UP);
        assertThat(broker.figures().read()).isNotEmpty();
    }

    private record Runtime(Map<String, String> table) {}

    @Test
    void tellsToolsOfTheProtocol() {
        broker = Broker.start(properties().toSettings());
        long before = System.currentTimeMillis();
        wire.send(broker.address(), "orders", 0, "m", Map.of());
        wire.messages(broker.address(), "orders", 0, 0);

        Body body = wire.answer(broker.address(), Command.request(RequestCode.GET_BROKER_RUNTIME_INFO, Map.of()))
                .body();

        Map<String, String> table = JsonBodies.read(body, Runtime.class).table();
        assertThat(table.get("putTps")).matches("\\d+\\.\\d\\d \\d+\\.\\d\\d \\d+\\.\\d\\d");
        assertThat(Double.parseDouble(table.get("putTps").split(" ")[0])).isPositive();
        assertThat(Double.parseDouble(table.get("getTransferredTps").split(" ")[0]))
                .isPositive();
        assertThat(Long.parseLong(table.get("earliestMessageTimeStamp"))).isBetween(before, before + 60_000);
        assertThat(Double.parseDouble(table.get("commitLogDiskRatio"))).isBetween(0.0, 1.0);
        assertThat(table)
                .containsEntry("flush.policy{policy=SYNC_FLUSH}", "1")
                .containsEntry("flush.duration.count", "1")
                .containsEntry("unsafe", "0")
                .containsEntry("flush.failures", "0");
    }
}
