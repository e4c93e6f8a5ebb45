package io.reliablemq.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.Broker;
import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.fixture.FreePorts;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What a developer reads in the log after one of the usual mistakes: no stack trace, but what is wrong and what to do. */
@ExtendWith(OutputCaptureExtension.class)
class StartFailuresIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    void noNameServerAnswersAndTheApplicationInsists(CapturedOutput output) throws Exception {
        String nowhere = "127.0.0.1:" + FreePorts.next();
        assertThat(failure(
                        Application.class, "reliable-mq.name-server=" + nowhere, "reliable-mq.client.fail-fast=true"))
                .isNotNull();
        assertThat(analysis(output))
                .contains("No name server of [" + nowhere + "] answers", "Cannot connect to " + nowhere)
                .contains("Start the name server, or correct reliable-mq.name-server")
                .contains("set reliable-mq.client.fail-fast to false");
    }

    @Test
    void noNameServerAnswersAndTheApplicationStartsWithAWarning(CapturedOutput output) throws Exception {
        int port = FreePorts.next();
        try (ConfigurableApplicationContext started = run(
                Application.class,
                "reliable-mq.name-server=127.0.0.1:" + port,
                "reliable-mq.producer.send-timeout=30s",
                "reliable-mq.producer.retry-times-when-send-failed=1000")) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(output)
                            .contains("The application starts although no name server answers")
                            .contains("127.0.0.1:" + port, "reliable-mq.client.fail-fast"));
            try (Broker late = broker(port)) {
                assertThat(started.getBean(ReliableMqTemplate.class)
                                .send("late", "x")
                                .brokerName())
                        .isEqualTo("broker-a");
                assertThat(late.health().findings()).isEmpty();
            }
        }
    }

    @Test
    void theNameServerIsThere(CapturedOutput output) {
        try (Broker broker = broker(0);
                ConfigurableApplicationContext started = run(
                        Application.class,
                        "reliable-mq.name-server=127.0.0.1:"
                                + broker.nameServerAddress().getPort(),
                        "reliable-mq.client.fail-fast=true")) {
            assertThat(started.isRunning()).isTrue();
            assertThat(output).doesNotContain("no name server answers");
        }
    }

    @Test
    void thePortOfTheEmbeddedBrokerIsTaken(CapturedOutput output) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            failure(Application.class, "reliable-mq.broker.listen-port=" + taken.getLocalPort());
            assertThat(analysis(output))
                    .contains("The setting reliable-mq.broker.listen-port is '" + taken.getLocalPort() + "'")
                    .contains("Stop the program that uses the port", "0 takes any free port");
        }
    }

    @Test
    void thePortOfTheNameServerIsTaken(CapturedOutput output) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            failure(Application.class, "reliable-mq.broker.name-server.port=" + taken.getLocalPort());
            assertThat(analysis(output))
                    .contains("The setting reliable-mq.broker.name-server.port is '" + taken.getLocalPort() + "'")
                    .contains("Stop the program that uses the port");
        }
    }

    @Test
    void anotherContextOfThisProcessHasTheFolder(CapturedOutput output) {
        try (ConfigurableApplicationContext first = run(Application.class)) {
            assertThat(first.isRunning()).isTrue();
            failure(Application.class);
            assertThat(analysis(output))
                    .contains("The setting reliable-mq.broker.data-dir is '" + folder + "'")
                    .contains("in use by another broker, in this process itself")
                    .contains("give each its own folder with reliable-mq.broker.data-dir");
        }
    }

    @Test
    void anotherProcessHasTheFolder(CapturedOutput output) throws Exception {
        Process other = brokerProcess();
        try {
            // It says so on its own output; here only the lock matters.
            await().atMost(PATIENCE.multipliedBy(4))
                    .until(() -> folder.resolve("lock").toFile().length() > 0);
            failure(Application.class);
            assertThat(analysis(output))
                    .contains("in use by another broker, in process " + other.pid())
                    .contains("Stop the other application");
        } finally {
            other.destroy();
            assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void theFirstMessageHasNoTopic(CapturedOutput output) {
        failure(
                SendsAtTheStart.class,
                "reliable-mq.broker.auto-create-topics=false",
                "reliable-mq.producer.retry-times-when-send-failed=0");
        assertThat(analysis(output))
                .contains("the topic 'nobody-made-it' does not exist, and no broker creates topics by sending")
                .contains("mqadmin updateTopic", "reliable-mq.broker.auto-create-topics");
    }

    @Test
    void theFirstMessageFindsNoNameServer(CapturedOutput output) throws Exception {
        int port = FreePorts.next();
        failure(
                SendsAtTheStart.class,
                "reliable-mq.name-server=127.0.0.1:" + port,
                "reliable-mq.producer.send-timeout=1s");
        assertThat(analysis(output))
                .contains("A message could not be sent while the application started", "127.0.0.1:" + port)
                .contains("Start the name server, or correct reliable-mq.name-server");
    }

    @Test
    void aValueMakesNoSense(CapturedOutput output) {
        failure(Application.class, "reliable-mq.producer.send-timeout=0s");
        assertThat(analysis(output)).contains("reliable-mq.producer.send-timeout", "it must be at least 1ms");
    }

    @Test
    void aValueOfTheBrokerMakesNoSense(CapturedOutput output) {
        failure(Application.class, "reliable-mq.broker.segment-bytes=5 Miles");
        assertThat(analysis(output))
                .contains("The setting reliable-mq.broker.segment-bytes is '5 Miles'")
                .contains("Change the setting named above");
    }

    @Test
    void aValueOfTheBrokerIsOfAnotherType(CapturedOutput output) {
        failure(Application.class, "reliable-mq.broker.flush-disk-type=sometimes");
        assertThat(analysis(output)).contains("reliable-mq.broker.flush-disk-type", "sometimes", "SYNC_FLUSH");
    }

    @Test
    void theJournalIsInUse(CapturedOutput output) {
        String[] journal = {
            "reliable-mq.producer.journal.enabled=true",
            "reliable-mq.producer.journal.folder=" + folder.resolve("journal")
        };
        try (ConfigurableApplicationContext first = run(Application.class, journal)) {
            assertThat(first.isRunning()).isTrue();
            List<String> second = new ArrayList<>(List.of(journal));
            second.add("reliable-mq.broker.data-dir=" + folder.resolve("second"));
            failure(Application.class, second.toArray(String[]::new));
            assertThat(analysis(output))
                    .contains("reliable-mq.producer.journal.folder", "cannot be opened", "is in use");
        }
    }

    private static String analysis(CapturedOutput output) {
        String all = output.getAll();
        assertThat(all).contains("APPLICATION FAILED TO START");
        return all.substring(all.indexOf("APPLICATION FAILED TO START"));
    }

    private Throwable failure(Class<?> application, String... properties) {
        Throwable failure = catchThrowable(() -> run(application, properties).close());
        assertThat(failure).as("the start must fail").isNotNull();
        return failure;
    }

    private ConfigurableApplicationContext run(Class<?> application, String... properties) {
        return new SpringApplicationBuilder(application)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .properties("reliable-mq.broker.data-dir=" + folder)
                .properties(properties)
                .run();
    }

    private Broker broker(int nameServerPort) {
        BrokerProperties properties = new BrokerProperties();
        properties.setListenPort(0);
        properties.getNameServer().setPort(nameServerPort);
        properties.setDataDir(folder.resolve("elsewhere").toString());
        return Broker.start(properties.toSettings());
    }

    private Process brokerProcess() throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.reliablemq.broker.app.BrokerApplication",
                        "--reliable-mq.broker.data-dir=" + folder,
                        "--reliable-mq.broker.listen-port=0",
                        "--reliable-mq.broker.name-server.port=0",
                        "--reliable-mq.broker.management.enabled=false")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class SendsAtTheStart {

        @Bean
        ApplicationRunner sending(ReliableMqTemplate template) {
            return arguments -> template.send("nobody-made-it", "x");
        }
    }
}
