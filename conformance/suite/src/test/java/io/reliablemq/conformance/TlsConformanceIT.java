package io.reliablemq.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.Broker;
import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.conformance.broker.ApacheBroker;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.Listener;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.SendFailure;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.process.TemporaryFolder;
import io.reliablemq.protocol.tls.ClientTls;
import io.reliablemq.protocol.tls.TlsContext;
import io.reliablemq.protocol.tls.TlsMode;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** TLS on the remoting port, each client on the other side's broker. */
@Execution(ExecutionMode.CONCURRENT)
class TlsConformanceIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static SSLContext keys;

    @BeforeAll
    static void makeKeys(@TempDir Path folder) throws Exception {
        keys = selfSigned(folder.resolve("broker.p12"));
    }

    @Test
    void theOfficialClientEncryptsOnOurBrokerThatEnforcesIt() {
        try (Broker broker = broker(TlsMode.ENFORCING)) {
            exchange(OfficialPeer.clientLibraryOverTls(), nameServers(broker), "official-tls");
            try (Sender plain = OfficialPeer.clientLibrary().sender(nameServers(broker), "official-plain")) {
                assertThatThrownBy(() -> plain.send(message("official-tls", 0))).isInstanceOf(SendFailure.class);
            }
        }
    }

    @Test
    void officialClientsWithAndWithoutTlsShareOurBroker() {
        try (Broker broker = broker(TlsMode.PERMISSIVE)) {
            exchange(OfficialPeer.clientLibraryOverTls(), nameServers(broker), "permissive-tls");
            exchange(OfficialPeer.clientLibrary(), nameServers(broker), "permissive-plain");
            exchange(new OurClientLibrary(trusting()), nameServers(broker), "permissive-ours");
        }
    }

    @Test
    void ourClientEncryptsOnApachesBroker() {
        ApacheBroker broker = ApacheBroker.shared();
        broker.createTopic("apache-tls", 2);
        broker.prepareGroup("apache-tls-readers");
        exchange(new OurClientLibrary(trusting()), broker.nameServers(), "apache-tls");
    }

    private static void exchange(ClientLibrary library, String nameServers, String topic) {
        List<String> received = new CopyOnWriteArrayList<>();
        List<String> sent = IntStream.range(0, 20).mapToObj(i -> "secret " + i).toList();
        makeTopic(nameServers, topic);
        try (Sender sender = library.sender(nameServers, topic + "-writers");
                Receiver receiver = patiently(() ->
                        library.receiver(nameServers, Subscription.of(topic + "-readers", topic), message -> {
                            received.add(new String(message.body(), StandardCharsets.UTF_8));
                            return Listener.Outcome.CONSUME_SUCCESS;
                        }))) {
            IntStream.range(0, 20).forEach(i -> patiently(() -> sender.send(message(topic, i))));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(new HashSet<>(received)).containsExactlyInAnyOrderElementsOf(sent));
            assertThat(receiver.queuesOf(topic)).isNotEmpty();
        }
    }

    /** Official consumers look for the route of a topic that was not there only half a minute later. */
    private static void makeTopic(String nameServers, String topic) {
        try (Sender first = new OurClientLibrary(trusting()).sender(nameServers, topic + "-first-writers")) {
            patiently(() -> first.send(message(topic, 0)));
        }
    }

    /** The official client gives a handshake and its first question three seconds together, which a busy machine may miss. */
    private static <T> T patiently(Callable<T> attempt) {
        return await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(IllegalStateException.class)
                .ignoreExceptionsInstanceOf(SendFailure.class)
                .until(attempt, Objects::nonNull);
    }

    private static OutgoingMessage message(String topic, int number) {
        return OutgoingMessage.of(topic, ("secret " + number).getBytes(StandardCharsets.UTF_8));
    }

    private static Broker broker(TlsMode mode) {
        BrokerProperties properties = new BrokerProperties();
        properties.setListenPort(0);
        properties.getNameServer().setPort(0);
        properties.setDataDir(TemporaryFolder.create("reliable-mq-tls-").toString());
        properties.getSsl().setBundle("broker");
        properties.getSsl().setMode(mode);
        properties.getSsl().setVerifyHostname(false);
        return Broker.start(properties.toSettings(name -> TlsContext.of(keys)));
    }

    private static String nameServers(Broker broker) {
        return "127.0.0.1:" + broker.nameServerAddress().getPort();
    }

    private static ClientTls trusting() {
        return new ClientTls(TlsContext.of(keys), false);
    }

    /** A certificate of its own, and trust in any: Apache's broker makes one up at each start. */
    private static SSLContext selfSigned(Path file) throws Exception {
        Process tool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "broker",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=broker",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "changeit")
                .inheritIO()
                .start();
        assertThat(tool.waitFor()).isZero();
        char[] password = "changeit".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password);
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), new TrustManager[] {new TrustsAll()}, null);
        return context;
    }

    private static final class TrustsAll extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
