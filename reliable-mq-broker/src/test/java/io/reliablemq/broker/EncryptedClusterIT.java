package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.tls.ClientTls;
import io.reliablemq.protocol.tls.ServerTls.ClientAuth;
import io.reliablemq.protocol.tls.TlsContext;
import io.reliablemq.protocol.tls.TlsMode;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing in a cluster speaks in the clear: name server, master, slave and client show certificates to each other. */
class EncryptedClusterIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static SSLContext keys;

    @TempDir
    Path folder;

    @BeforeAll
    static void makeKeys(@TempDir Path folder) throws Exception {
        keys = selfSigned(folder.resolve("cluster.p12"));
    }

    @Test
    void sendsReplicatesAndConsumesUnderMutualTls() throws Exception {
        try (NameServerProcess nameServer = NameServerProcess.start(nameServer().toNameServerSettings(bundles()));
                Broker master = Broker.start(broker(nameServer, "master", BrokerRole.SYNC_MASTER, 0));
                Broker slave = Broker.start(broker(nameServer, "slave", BrokerRole.SLAVE, 1));
                MqClient client = MqClient.create(settings(nameServer).withTls(ofClient()))) {
            List<String> received = new CopyOnWriteArrayList<>();
            PushConsumer consumer = client.pushConsumer(
                    PushConsumerSettings.builder("readers")
                            .subscribe("secrets", "*")
                            .build(),
                    message -> {
                        received.add(new String(message.body(), StandardCharsets.UTF_8));
                        return ConsumeResult.CONSUME_SUCCESS;
                    });
            consumer.start();
            Producer producer = client.producer(ProducerSettings.of("writers"));
            // SEND_OK of a synchronous master: the slave has it, so that link is encrypted too.
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> producer.send(message()).status() == SendStatus.SEND_OK);
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(received).contains("whisper"));
            assertThat(slave.role().role()).isEqualTo(BrokerRole.SLAVE);
            assertThat(master.health().findings()).isEmpty();
        }
    }

    @Test
    void refusesPlainClientsAndSaysSo() {
        try (NameServerProcess nameServer = NameServerProcess.start(nameServer().toNameServerSettings(bundles()));
                MqClient plain = MqClient.create(settings(nameServer))) {
            assertThatThrownBy(() -> plain.reachNameServers().join())
                    .hasMessageContaining("if TLS is enforced there, this side has to use it");
        }
    }

    private static Message message() {
        return Message.builder("secrets")
                .body("whisper".getBytes(StandardCharsets.UTF_8))
                .build();
    }

    private static ClientSettings settings(NameServerProcess nameServer) {
        return ClientSettings.of(Addresses.text(nameServer.address()));
    }

    private static ClientTls ofClient() {
        return new ClientTls(TlsContext.of(keys), true);
    }

    private static TlsBundles bundles() {
        return name -> TlsContext.of(keys);
    }

    private static BrokerProperties encrypted() {
        BrokerProperties properties = new BrokerProperties();
        properties.getSsl().setBundle("cluster");
        properties.getSsl().setMode(TlsMode.ENFORCING);
        properties.getSsl().setClientAuth(ClientAuth.NEED);
        return properties;
    }

    private static BrokerProperties nameServer() {
        BrokerProperties properties = encrypted();
        properties.getNameServer().setOnly(true);
        properties.getNameServer().setPort(0);
        return properties;
    }

    private BrokerSettings broker(NameServerProcess nameServer, String dataDir, BrokerRole role, int id) {
        BrokerProperties properties = encrypted();
        properties.setListenPort(0);
        properties.setBrokerRole(role);
        properties.setBrokerId(id);
        properties.getNameServer().setEnabled(false);
        properties.setNameServers(List.of(Addresses.text(nameServer.address())));
        properties.setDataDir(folder.resolve(dataDir).toString());
        return properties.toSettings(bundles());
    }

    /** A certificate for 127.0.0.1 that each side shows and trusts. */
    private static SSLContext selfSigned(Path file) throws Exception {
        Process tool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "cluster",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=cluster",
                        "-ext",
                        "san=ip:127.0.0.1",
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
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }
}
