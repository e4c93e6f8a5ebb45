package io.reliablemq.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.Broker;
import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.spring.actuate.ReliableMqEndpoint;
import io.reliablemq.spring.actuate.ReliableMqEndpoint.FindingReport;
import io.reliablemq.spring.actuate.ReliableMqEndpoint.Report;
import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.embedded.EmbeddedBroker;
import io.reliablemq.spring.guarantee.ApplicationFacts;
import io.reliablemq.spring.guarantee.GroupFacts;
import io.reliablemq.spring.guarantee.GuaranteeInspector;
import io.reliablemq.spring.guarantee.GuaranteeNotMetException;
import io.reliablemq.spring.guarantee.GuaranteeReporter;
import io.reliablemq.spring.guarantee.ProducerFacts;
import io.reliablemq.spring.guarantee.StrictGuarantee;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The guarantee report of real brokers: embedded ones, and a master with its slave. */
@ExtendWith(OutputCaptureExtension.class)
class GuaranteeReportTests {

    @TempDir
    static Path pairFolder;

    private static Broker master;
    private static Broker slave;

    @TempDir
    Path folder;

    @BeforeAll
    static void startPair() {
        BrokerProperties properties = pair("master", BrokerRole.SYNC_MASTER, 0);
        master = Broker.start(properties.toSettings());
        BrokerProperties other = pair("slave", BrokerRole.SLAVE, 1);
        other.getNameServer().setEnabled(false);
        other.setNameServers(List.of(text(master.nameServerAddress())));
        other.setMasterAddress(text(master.address()));
        slave = Broker.start(other.toSettings());
    }

    @AfterAll
    static void stopPair() {
        slave.close();
        master.close();
    }

    private static BrokerProperties pair(String name, BrokerRole role, long id) {
        BrokerProperties properties = new BrokerProperties();
        properties.setBrokerRole(role);
        properties.setBrokerId(id);
        properties.setListenPort(0);
        properties.getNameServer().setPort(0);
        properties.setAutoCreateTopics(false);
        properties.setDataDir(pairFolder.resolve(name).toString());
        return properties;
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private ApplicationContextRunner withoutActuator() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ReliableMqAutoConfiguration.class,
                        ReliableMqObservationAutoConfiguration.class,
                        GuaranteeAutoConfiguration.class,
                        GuaranteeEndpointAutoConfiguration.class))
                .withPropertyValues("spring.application.name=shop");
    }

    private ApplicationContextRunner context() {
        return withoutActuator()
                .withConfiguration(AutoConfigurations.of(EndpointAutoConfiguration.class))
                .withPropertyValues("management.endpoints.web.exposure.include=reliablemq");
    }

    private ApplicationContextRunner embedded() {
        return context().withPropertyValues("reliable-mq.broker.data-dir=" + folder);
    }

    private ApplicationContextRunner onPair() {
        return context().withPropertyValues("reliable-mq.name-server=" + text(master.nameServerAddress()));
    }

    private static Stream<FindingReport> findings(Report report) {
        return report.stages().stream().flatMap(stage -> stage.findings().stream());
    }

    private static List<String> risks(Report report, String severity) {
        return findings(report)
                .filter(finding -> finding.severity().equals(severity))
                .map(FindingReport::risk)
                .toList();
    }

    @Test
    void anEmbeddedBrokerWithItsDefaultsLosesMessagesWithItsDiskAlone() {
        embedded().run(started -> {
            Report report = started.getBean(ReliableMqEndpoint.class).report();

            assertThat(risks(report, "can_lose")).containsExactly("storing.replication");
            assertThat(risks(report, "unknown")).isEmpty();
            assertThat(risks(report, "advice")).contains("producing.uncompensated", "storing.auto-create");
            assertThat(report.canLose()).isEqualTo(1);
            assertThat(report.stages().get(1).guarantees())
                    .singleElement()
                    .satisfies(holds -> assertThat(holds.text()).startsWith("A message is acknowledged once it is on"));
        });
    }

    @Test
    void anEmbeddedBrokerThatCanLoseMoreSaysHowAndWhatClosesIt() {
        embedded()
                .withPropertyValues(
                        "reliable-mq.broker.flush-disk-type=ASYNC_FLUSH",
                        "reliable-mq.broker.retention.delete-unconsumed=true",
                        "reliable-mq.broker.retention.dead-letter-age=2d",
                        "reliable-mq.consumer.consume-from=last-offset")
                .withUserConfiguration(Listening.class)
                .run(started -> {
                    Report report = started.getBean(ReliableMqEndpoint.class).report();

                    assertThat(findings(report)
                                    .filter(finding -> finding.severity().equals("can_lose")))
                            .extracting(FindingReport::risk, FindingReport::subject, FindingReport::property)
                            .containsExactly(
                                    tuple("storing.flush", "broker-a", "reliable-mq.broker.flush-disk-type=SYNC_FLUSH"),
                                    tuple(
                                            "storing.replication",
                                            "broker-a",
                                            "reliable-mq.broker.broker-role=SYNC_MASTER"),
                                    tuple(
                                            "storing.retention",
                                            "broker-a",
                                            "reliable-mq.broker.retention.delete-unconsumed=false"),
                                    tuple(
                                            "storing.dead-letters",
                                            "broker-a",
                                            "reliable-mq.broker.retention.dead-letter-age=0"),
                                    tuple(
                                            "consuming.skips-earlier",
                                            "billing",
                                            "reliable-mq.consumer.consume-from=first-offset"));
                });
    }

    @Test
    void listenersThatTheDatabaseKeepsFromWorkingTwiceAreKnown() {
        embedded()
                .withConfiguration(AutoConfigurations.of(
                        IdempotentListenersAutoConfiguration.class,
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class))
                .withPropertyValues("spring.datasource.generate-unique-name=true")
                .withUserConfiguration(Listening.class, ListeningOnce.class)
                .run(started -> assertThat(findings(started.getBean(ReliableMqEndpoint.class)
                                        .report())
                                .filter(finding -> finding.risk().equals("consuming.not-idempotent")))
                        .extracting(FindingReport::subject)
                        .containsExactly("billing"));
    }

    @Test
    void aOneWaySendIsRemembered() {
        embedded().run(started -> {
            started.getBean(ReliableMqTemplate.class).sendOneWay("orders", "x");

            assertThat(risks(started.getBean(ReliableMqEndpoint.class).report(), "can_lose"))
                    .contains("producing.one-way");
        });
    }

    @Test
    void theBlockIsLoggedOnceTheBrokersHaveAnswered(CapturedOutput output) {
        embedded()
                .run(started -> await().atMost(Duration.ofSeconds(20))
                        .untilAsserted(() -> assertThat(output)
                                .contains("What is guaranteed: 1 failure can lose acknowledged messages")
                                .contains("CAN LOSE  broker-a: Not replicated: ASYNC_MASTER answers without waiting")
                                .contains("-> Set reliable-mq.broker.broker-role=SYNC_MASTER and give it a slave")));
    }

    @Test
    void nobodyIsAskedBeforeTheApplicationIsReady(CapturedOutput output) {
        AskedWhen asked;
        try (ConfigurableApplicationContext application = new SpringApplicationBuilder(Reporting.class)
                .web(WebApplicationType.NONE)
                .properties("reliable-mq.broker.data-dir=" + folder)
                .run()) {
            asked = application.getBean(AskedWhen.class);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(output).contains("What is guaranteed: "));
        }
        assertThat(asked.beforeReady).isZero();
        assertThat(asked.times).hasPositiveValue();
    }

    @Test
    void theBlockCanBeSwitchedOff() {
        embedded()
                .withPropertyValues("reliable-mq.guarantee-report.enabled=false")
                .run(started -> assertThat(started)
                        .hasNotFailed()
                        .doesNotHaveBean(GuaranteeReporter.class)
                        .hasSingleBean(GuaranteeInspector.class));
    }

    @Test
    void aStrictGuaranteeRefusesAnUnreplicatedBroker() {
        embedded()
                .withPropertyValues("reliable-mq.guarantee=strict", "reliable-mq.broker.flush-disk-type=ASYNC_FLUSH")
                .withUserConfiguration(Listening.class)
                .run(started -> {
                    assertThat(started).hasFailed();
                    GuaranteeNotMetException failure = (GuaranteeNotMetException)
                            Stream.iterate(started.getStartupFailure(), error -> error != null, Throwable::getCause)
                                    .filter(GuaranteeNotMetException.class::isInstance)
                                    .findFirst()
                                    .orElseThrow();
                    FailureAnalysis analysis = new GuaranteeNotMetFailureAnalyzer().analyze(failure);
                    assertThat(analysis.getDescription())
                            .contains("storing.flush, broker-a: ASYNC_FLUSH: a power cut")
                            .contains("storing.replication, broker-a: Not replicated")
                            .doesNotContain("storing.auto-create");
                    assertThat(analysis.getAction())
                            .contains("Set reliable-mq.broker.flush-disk-type=SYNC_FLUSH.")
                            .contains("reliable-mq.guarantee-report.accepted-risks=storing.flush,storing.replication")
                            .contains("reliable-mq.guarantee=report");
                });
    }

    @Test
    void aStrictGuaranteeStartsWithWhatIsAccepted() {
        // The guide shows this file.
        embedded()
                .withInitializer(new ConfigDataApplicationContextInitializer())
                .withPropertyValues(
                        "spring.config.location=file:../src-docs/src/docs/asciidoc/guarantee/application.yml")
                .run(started -> {
                    assertThat(started).hasNotFailed().hasSingleBean(StrictGuarantee.class);
                    Report report = started.getBean(ReliableMqEndpoint.class).report();
                    assertThat(report.canLose()).isZero();
                    assertThat(findings(report).filter(FindingReport::accepted))
                            .extracting(FindingReport::risk)
                            .containsExactly("storing.replication");
                });
    }

    @Test
    void aRiskThatThereIsNotIsRefused() {
        embedded()
                .withPropertyValues("reliable-mq.guarantee-report.accepted-risks=storing.flushing")
                .run(started -> assertThat(started)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("there is no such risk; there are producing.one-way, "));
    }

    @Test
    void aStrictGuaranteeStartsOnAMasterWithItsSlave() {
        onPair().withPropertyValues("reliable-mq.guarantee=strict")
                .withUserConfiguration(Listening.class)
                .run(started -> {
                    assertThat(started).hasNotFailed();
                    Report report = started.getBean(ReliableMqEndpoint.class).report();
                    assertThat(report.canLose()).isZero();
                    assertThat(report.unknown()).isZero();
                    assertThat(report.stages().get(1).guarantees())
                            .singleElement()
                            .satisfies(holds -> assertThat(holds.text())
                                    .contains("on the master's disk and on the disk of 1 slave"));
                });
    }

    @Test
    void whatCannotBeAskedIsUnknownAndNotStrict() {
        context().withPropertyValues("reliable-mq.name-server=127.0.0.1:1").run(started -> {
            Report report = started.getBean(ReliableMqEndpoint.class).report();
            assertThat(risks(report, "unknown")).containsExactly("storing.unknown");
        });
        context()
                .withPropertyValues("reliable-mq.name-server=127.0.0.1:1", "reliable-mq.guarantee=strict")
                .run(started ->
                        assertThat(started).getFailure().hasStackTraceContaining("storing.unknown (name servers)"));
    }

    @Test
    void worksWithoutTheActuator() {
        withoutActuator()
                .withPropertyValues("reliable-mq.broker.data-dir=" + folder)
                .withClassLoader(new FilteredClassLoader(Endpoint.class))
                .run(started -> assertThat(started)
                        .hasNotFailed()
                        .hasSingleBean(EmbeddedBroker.class)
                        .hasSingleBean(GuaranteeReporter.class)
                        .doesNotHaveBean("reliableMqEndpoint"));
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        ReliableMqAutoConfiguration.class,
        ReliableMqObservationAutoConfiguration.class,
        GuaranteeAutoConfiguration.class
    })
    static class Reporting {

        @Bean
        AskedWhen askedWhen() {
            return new AskedWhen();
        }
    }

    /** Runners run after all of the context has started, and before the application is ready. */
    static class AskedWhen implements ApplicationFacts, ApplicationRunner {
        final AtomicInteger times = new AtomicInteger();
        int beforeReady;

        @Override
        public void run(ApplicationArguments arguments) {
            beforeReady = times.get();
        }

        @Override
        public List<ProducerFacts> producers() {
            times.incrementAndGet();
            return List.of();
        }

        @Override
        public List<GroupFacts> groups() {
            return List.of();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Listening {

        @Bean
        Listener listener() {
            return new Listener();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ListeningOnce {

        @Bean
        OnceListener onceListener() {
            return new OnceListener();
        }
    }

    static class OnceListener {

        @MessageListener(topic = "orders", group = "shipping", idempotent = MessageListener.JDBC)
        void onOrder(String order) {}
    }

    static class Listener {

        @MessageListener(topic = "orders", group = "billing")
        ConsumeResult onOrder(String order) {
            return ConsumeResult.CONSUME_SUCCESS;
        }
    }
}
