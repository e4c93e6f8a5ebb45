package io.reliablemq.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.embedded.EmbeddedBroker;
import io.reliablemq.spring.fixture.Failures;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** TLS by the names of SSL bundles, on both sides. */
class EncryptionIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    static Path keys;

    @TempDir
    Path folder;

    @BeforeAll
    static void makeKeys() throws Exception {
        keyStore("broker", "ip:127.0.0.1");
        keyStore("stranger", "dns:stranger.example");
    }

    @Test
    void sendsAndListensOverMutualTls() {
        try (ConfigurableApplicationContext application =
                run("spring.config.import=classpath:tls.yml", "keys=" + keys, "keys.password=changeit")) {
            Listener.RECEIVED.clear();
            application.getBean(ReliableMqTemplate.class).send("secrets", "whisper");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(Listener.RECEIVED).containsExactly("whisper"));
            assertThat(application.getBean(EmbeddedBroker.class).health().findings())
                    .isEmpty();

            // What the application does over TLS cannot be done without it.
            ClientSettings plain = ClientSettings.of(
                    application.getBean(EmbeddedBroker.class).nameServers().get(0));
            try (MqClient client = MqClient.create(plain)) {
                assertThatThrownBy(() -> client.reachNameServers().join()).hasMessageContaining("TLS is enforced");
            }
        }
    }

    @Test
    void doesNotTalkToABrokerThatItDoesNotTrust() {
        try (ConfigurableApplicationContext application = run(
                "reliable-mq.broker.ssl.bundle=broker",
                "reliable-mq.client.ssl.bundle=stranger",
                "reliable-mq.producer.retry-times-when-send-failed=0")) {
            assertThatThrownBy(
                            () -> application.getBean(ReliableMqTemplate.class).send("secrets", "whisper"))
                    .hasMessageContaining("certificate is not accepted");
        }
    }

    @Test
    void takesOverABundleThatIsRenewed() {
        try (ConfigurableApplicationContext application = run(
                "reliable-mq.broker.ssl.bundle=broker",
                "reliable-mq.broker.ssl.outgoing-enabled=false",
                "reliable-mq.client.ssl.bundle=changing",
                "spring.ssl.bundle.jks.changing.truststore.location=file:" + keys.resolve("stranger.p12"),
                "spring.ssl.bundle.jks.changing.truststore.password=changeit",
                "reliable-mq.producer.retry-times-when-send-failed=0")) {
            ReliableMqTemplate template = application.getBean(ReliableMqTemplate.class);
            assertThatThrownBy(() -> template.send("secrets", "whisper")).hasMessageContaining("not accepted");

            SslBundle trusting = application.getBean(SslBundles.class).getBundle("broker");
            application.getBean(SslBundleRegistry.class).updateBundle("changing", trusting);

            assertThat(template.send("secrets", "whisper").topic()).isEqualTo("secrets");
        }
    }

    @Test
    void sayWhatIsMissingForABrokerThatEnforcesTls() {
        Throwable failure = catchThrowable(
                () -> run("reliable-mq.broker.ssl.bundle=broker", "reliable-mq.broker.ssl.mode=enforcing")
                        .close());
        InvalidConfigurationPropertyValueException refused =
                Failures.find(failure, InvalidConfigurationPropertyValueException.class);
        assertThat(refused.getName()).isEqualTo("reliable-mq.broker.ssl.mode");
        assertThat(refused.getReason()).contains("reliable-mq.client.ssl.bundle");
    }

    @Test
    void namesABundleThatDoesNotExist() {
        Throwable ofClient =
                catchThrowable(() -> run("reliable-mq.client.ssl.bundle=none").close());
        assertThat(ofClient).rootCause().hasMessageContaining("'none'");

        Throwable ofBroker =
                catchThrowable(() -> run("reliable-mq.broker.ssl.bundle=none").close());
        assertThat(Failures.find(ofBroker, io.reliablemq.broker.BrokerStartException.class))
                .hasMessageContaining("The setting reliable-mq.broker.ssl.bundle is 'none'");
    }

    private ConfigurableApplicationContext run(String... properties) {
        return new SpringApplicationBuilder(Application.class, Listener.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .properties("reliable-mq.broker.data-dir=" + folder)
                .properties(bundle("broker"))
                .properties(bundle("stranger"))
                .properties(properties)
                .run();
    }

    /** A key that is trusted too: who has signed itself vouches for itself. */
    private static String[] bundle(String name) {
        String prefix = "spring.ssl.bundle.jks." + name;
        return new String[] {
            prefix + ".keystore.location=file:" + keys.resolve(name + ".p12"),
            prefix + ".keystore.password=changeit",
            prefix + ".truststore.location=file:" + keys.resolve(name + ".p12"),
            prefix + ".truststore.password=changeit"
        };
    }

    private static void keyStore(String name, String names) throws Exception {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=" + names,
                "-keystore",
                keys.resolve(name + ".p12").toString(),
                "-storepass",
                "changeit");
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    static class Listener {

        static final List<String> RECEIVED = new CopyOnWriteArrayList<>();

        @MessageListener(topic = "secrets", group = "confidants")
        void on(String text) {
            RECEIVED.add(text);
        }
    }
}
