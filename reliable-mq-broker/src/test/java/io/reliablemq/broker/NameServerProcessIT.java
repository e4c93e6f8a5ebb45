package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.route.TopicRoute;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Name servers without a broker, and a broker that registers with two of them. */
class NameServerProcessIT {

    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String TOPIC = "TBW102";

    @TempDir
    Path folder;

    private static NameServerProcess nameServer(int port, boolean management) {
        BrokerProperties properties = new BrokerProperties();
        properties.getNameServer().setOnly(true);
        properties.getNameServer().setPort(port);
        properties.getManagement().setEnabled(management);
        properties.getManagement().setPort(0);
        return NameServerProcess.start(properties.toNameServerSettings());
    }

    private Broker broker(NameServerProcess... nameServers) {
        return broker(Stream.of(nameServers).map(NameServerProcessIT::text).toArray(String[]::new));
    }

    private Broker broker(String... nameServers) {
        BrokerProperties properties = new BrokerProperties();
        properties.setListenPort(0);
        properties.getNameServer().setEnabled(false);
        properties.setNameServers(List.of(nameServers));
        properties.setDataDir(folder.toString());
        return Broker.start(properties.toSettings());
    }

    private static String text(NameServerProcess nameServer) {
        return Addresses.text(nameServer.address());
    }

    private static TopicRoute route(NameServerProcess nameServer) {
        try (WireClient client = new WireClient()) {
            Command answer = client.route(nameServer.address(), TOPIC);
            return answer.isSuccess() ? JsonBodies.read(answer.body(), TopicRoute.class) : TopicRoute.EMPTY;
        }
    }

    @Test
    void bothKnowTheBrokerUntilItSaysGoodbye() {
        try (NameServerProcess one = nameServer(0, false);
                NameServerProcess other = nameServer(0, false)) {
            try (Broker broker = broker(one, other)) {
                assertThat(broker.health().findings()).isEmpty();
                assertThat(route(one).brokers()).hasSize(1);
                assertThat(route(other).brokers()).hasSize(1);
            }
            assertThat(route(one)).isEqualTo(TopicRoute.EMPTY);
            assertThat(route(other)).isEqualTo(TopicRoute.EMPTY);
        }
    }

    @Test
    void oneThatWasStartedAgainKnowsTheBrokerWithinASecondOrTwo() {
        try (NameServerProcess one = nameServer(0, false)) {
            int port = FreePorts.next();
            NameServerProcess other = nameServer(port, false);
            try (Broker broker = broker(one, other)) {
                other.close();
                await("the broker notices that one is gone")
                        .atMost(BOUND)
                        .until(() -> broker.health().findings().stream()
                                .anyMatch(finding -> finding.what().contains(":" + port)));
                assertThat(route(one).brokers()).hasSize(1);

                try (NameServerProcess again = nameServer(port, false)) {
                    long before = System.nanoTime();
                    await("the broker registers again")
                            .atMost(Duration.ofSeconds(3))
                            .pollInterval(Duration.ofMillis(20))
                            .until(() -> !route(again).brokers().isEmpty());
                    System.out.printf(
                            "Name server started again: knows the broker after %d ms%n",
                            Duration.ofNanos(System.nanoTime() - before).toMillis());
                }
            }
        }
    }

    /** It accepts connections and says nothing, as a process that hangs. */
    @Test
    void aNameServerThatHangsKeepsNobodyWaitingForANewTopic() throws Exception {
        try (ServerSocket hanging = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                NameServerProcess one = nameServer(0, false);
                Broker broker = broker("127.0.0.1:" + hanging.getLocalPort(), text(one));
                WireClient client = new WireClient()) {
            long before = System.nanoTime();
            client.send(broker.address(), "made-by-sending", 0, "hello", Map.of());

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
            assertThat(client.route(one.address(), "made-by-sending").isSuccess())
                    .isTrue();
        }
    }

    @Test
    void tellsHealthAndFigures() throws Exception {
        try (NameServerProcess one = nameServer(0, true);
                Broker broker = broker(one)) {
            assertThat(broker.nameServerAddress()).isNull();
            String management = "http://" + Addresses.text(one.managementAddress());

            assertThat(get(management + "/health")).contains("UP");
            assertThat(get(management + "/metrics")).contains("reliable_mq_name_server_brokers 1");
        }
    }

    private static String get(String address) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void saysWhichSettingsContradictEachOther() {
        BrokerProperties properties = new BrokerProperties();
        properties.getNameServer().setOnly(true);
        assertThatThrownBy(properties::toSettings)
                .isInstanceOf(BrokerStartException.class)
                .hasMessageContaining("name-server.only");

        properties.getNameServer().setEnabled(false);
        assertThatThrownBy(properties::toNameServerSettings)
                .isInstanceOf(BrokerStartException.class)
                .hasMessageContaining("name-server.enabled");
    }
}
