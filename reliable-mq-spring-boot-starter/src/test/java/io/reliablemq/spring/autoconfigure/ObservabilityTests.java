package io.reliablemq.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.JournalSettings;
import io.reliablemq.client.api.NonRetryableException;
import io.reliablemq.client.api.StoreAndForward;
import io.reliablemq.spring.actuate.ListenerMeters;
import io.reliablemq.spring.actuate.ProducerMeters;
import io.reliablemq.spring.actuate.ReliableMqHealthIndicator;
import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.embedded.EmbeddedBroker;
import io.reliablemq.spring.fixture.FreePorts;
import io.reliablemq.spring.guarantee.GuaranteeInspector;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Meters and health of an application that sends and listens, over an embedded broker. */
class ObservabilityTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Path MONITORING = Path.of("../src-docs/src/docs/asciidoc/monitoring");

    @TempDir
    Path folder;

    private final PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private ApplicationContextRunner unwatched() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ReliableMqAutoConfiguration.class,
                        ReliableMqObservationAutoConfiguration.class,
                        ReliableMqMetricsAutoConfiguration.class,
                        ReliableMqHealthAutoConfiguration.class,
                        GuaranteeAutoConfiguration.class,
                        EmbeddedBrokerMetricsAutoConfiguration.class))
                .withUserConfiguration(Listening.class)
                .withPropertyValues(
                        "reliable-mq.broker.data-dir=" + folder.resolve("broker"),
                        "reliable-mq.broker.message-delay-level=50ms 50ms 50ms 50ms",
                        "reliable-mq.consumer.max-reconsume-times=1",
                        "reliable-mq.producer.send-timeout=2s");
    }

    private ApplicationContextRunner watched() {
        return unwatched()
                .withConfiguration(AutoConfigurations.of(
                        HealthContributorRegistryAutoConfiguration.class,
                        HealthContributorAutoConfiguration.class,
                        MetricsAutoConfiguration.class,
                        CompositeMeterRegistryAutoConfiguration.class,
                        ObservationAutoConfiguration.class))
                .withBean(MeterRegistry.class, () -> prometheus);
    }

    private double count(String name, String... tags) {
        Counter counter = prometheus.find(name).tags(tags).counter();
        return counter == null ? 0 : counter.count();
    }

    @Test
    void sendsAndListenersAreCounted() {
        watched().run(started -> {
            ReliableMqTemplate template = started.getBean(ReliableMqTemplate.class);
            template.send("orders", "fine");
            template.send("orders", "fails always");
            template.send("orders", "is hopeless");
            template.sendOneWay("orders", "fine");
            assertThatThrownBy(() -> template.send("orders", "")).isInstanceOf(IllegalArgumentException.class);

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(prometheus
                                    .find("reliable.mq.consumer.dead.letters")
                                    .counters())
                            .hasSize(2));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    count("reliable.mq.consumer.processed", "group", "billing", "outcome", "done"))
                            .isEqualTo(2));

            assertThat(count("reliable.mq.producer.sent", "topic", "orders", "status", "send_ok"))
                    .isEqualTo(3);
            assertThat(count("reliable.mq.producer.sent", "topic", "orders", "status", "one_way"))
                    .isEqualTo(1);
            assertThat(count("reliable.mq.producer.failed", "topic", "orders", "reason", "invalid"))
                    .isEqualTo(1);
            assertThat(count("reliable.mq.producer.attempts", "broker", "broker-a", "outcome", "send_ok"))
                    .isEqualTo(3);
            assertThat(prometheus.get("reliable.mq.producer.in.flight").gauge().value())
                    .isZero();
            assertThat(count("reliable.mq.consumer.retries", "group", "billing"))
                    .isEqualTo(1);
            assertThat(count("reliable.mq.consumer.dead.letters", "reason", "retries_exhausted"))
                    .isEqualTo(1);
            assertThat(count("reliable.mq.consumer.dead.letters", "reason", "not_retryable"))
                    .isEqualTo(1);
            assertThat(prometheus.get("reliable.mq.consumer.delivery").timer().count())
                    .isEqualTo(4);
            assertThat(prometheus
                            .get("messaging.client.operation.duration")
                            .tag("messaging.destination.name", "orders")
                            .tag("error.type", "none")
                            .timer()
                            .count())
                    .isEqualTo(4);
            assertThat(prometheus
                            .get("messaging.process.duration")
                            .tag("reliable.mq.outcome", "retried")
                            .timer()
                            .count())
                    .isEqualTo(1);
        });
    }

    @Test
    void whatConsumersHoldIsShown() {
        watched().run(started -> {
            Listener listener = started.getBean(Listener.class);
            listener.gate = new CountDownLatch(1);
            ReliableMqTemplate template = started.getBean(ReliableMqTemplate.class);
            for (int i = 0; i < 5; i++) {
                template.send("orders", "waits");
            }

            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(gauge("reliable.mq.consumer.in.flight")).isEqualTo(5);
                assertThat(gauge("reliable.mq.consumer.queues")).isEqualTo(5);
                assertThat(gauge("reliable.mq.consumer.cached")).isEqualTo(5);
            });
            // The first look asks the broker, and later ones show its answer.
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(gauge("reliable.mq.consumer.lag")).isEqualTo(5));
            listener.gate.countDown();
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(gauge("reliable.mq.consumer.in.flight")).isZero());
        });
    }

    private double gauge(String name) {
        Gauge gauge = prometheus.find(name).tag("group", "billing").gauge();
        return gauge == null ? Double.NaN : gauge.value();
    }

    @Test
    void healthTellsOfConnectionAndConsumers() {
        watched().run(started -> {
            assertThat(started.getBean(HealthContributorRegistry.class).getContributor("reliableMq"))
                    .isNotNull();
            ReliableMqHealthIndicator indicator = started.getBean(ReliableMqHealthIndicator.class);
            started.getBean(ReliableMqTemplate.class).send("orders", "fine");
            await().atMost(PATIENCE).untilAsserted(() -> {
                Health health = indicator.health();
                assertThat(health.getStatus()).isEqualTo(Status.UP);
                assertThat(health.getDetails().get("consumers").toString()).contains("billing={queues=5");
                assertThat(health.getDetails().get("brokers").toString())
                        .contains("broker-a (127.0.0.1:")
                        .contains("reachable");
            });

            started.getBean(EmbeddedBroker.class).stop();

            await().atMost(PATIENCE).untilAsserted(() -> {
                Health health = indicator.health();
                assertThat(health.getStatus()).isEqualTo(Status.DOWN);
                assertThat(health.getDetails()).containsEntry("connection", "No master can be reached");
                assertThat(health.getDetails()).containsKey("nameServers");
            });
        });
    }

    @Test
    void aGroupBeyondItsBoundsIsOutOfService() {
        watched()
                .withPropertyValues("reliable-mq.health.max-lag=2", "reliable-mq.health.max-age=1ms")
                .run(started -> {
                    Listener listener = started.getBean(Listener.class);
                    listener.gate = new CountDownLatch(1);
                    ReliableMqTemplate template = started.getBean(ReliableMqTemplate.class);
                    for (int i = 0; i < 3; i++) {
                        template.send("orders", "waits");
                    }

                    await().atMost(PATIENCE).untilAsserted(() -> {
                        Health health =
                                started.getBean(ReliableMqHealthIndicator.class).health();
                        assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
                        assertThat(health.getDetails().get("problems").toString())
                                .contains("Group 'billing' is 3 messages behind, which is more than 2")
                                .contains("works on a message for");
                    });
                    listener.gate.countDown();
                    await().atMost(PATIENCE)
                            .untilAsserted(() -> assertThat(started.getBean(ReliableMqHealthIndicator.class)
                                            .health()
                                            .getStatus())
                                    .isEqualTo(Status.UP));
                });
    }

    @Test
    void aGroupWithoutQueuesIsOutOfServiceWhereItNeedsThem() {
        watched()
                .withPropertyValues(
                        "reliable-mq.health.require-assigned-queues=true", "reliable-mq.name-server=127.0.0.1:1")
                .run(started -> {
                    Health health =
                            started.getBean(ReliableMqHealthIndicator.class).health();
                    assertThat(health.getStatus()).isEqualTo(Status.DOWN);
                    assertThat(health.getDetails())
                            .containsEntry("connection", "No broker is known")
                            .hasEntrySatisfying(
                                    "problems",
                                    problems -> assertThat(problems.toString())
                                            .contains("Group 'billing' has no queue here"));
                });
    }

    @Test
    void theSettingsOfTheGuideAreRead() {
        watched()
                .withInitializer(new ConfigDataApplicationContextInitializer())
                .withPropertyValues("spring.config.location=file:" + MONITORING.resolve("application.yml"))
                .run(started -> {
                    assertThat(started).hasNotFailed();
                    assertThat(started.getBean(HealthProperties.class).maxLag()).isEqualTo(10_000);
                    assertThat(started.getBean(HealthProperties.class).maxAge()).isEqualTo(Duration.ofMinutes(30));
                    assertThat(started.getBean(HealthContributorRegistry.class).getContributor("reliableMq"))
                            .as("what the readiness group names")
                            .isNotNull();
                });
    }

    @Test
    void healthCanBeSwitchedOff() {
        watched()
                .withPropertyValues("management.health.reliable-mq.enabled=false")
                .run(started -> assertThat(started).hasNotFailed().doesNotHaveBean(ReliableMqHealthIndicator.class));
    }

    @Test
    void observationsCanBeSwitchedOff() {
        watched().withPropertyValues("reliable-mq.observation.enabled=false").run(started -> {
            started.getBean(ReliableMqTemplate.class).send("orders", "fine");

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(count("reliable.mq.consumer.processed", "outcome", "done"))
                            .isEqualTo(1));
            assertThat(prometheus.find("messaging.client.operation.duration").timers())
                    .isEmpty();
            assertThat(prometheus.find("messaging.process.duration").timers()).isEmpty();
        });
    }

    @Test
    void worksWhereNobodyWatches() {
        unwatched()
                .withClassLoader(new FilteredClassLoader(MeterRegistry.class, HealthIndicator.class))
                .run(started -> {
                    assertThat(started)
                            .hasNotFailed()
                            .doesNotHaveBean("reliableMqProducerMeters")
                            .doesNotHaveBean("reliableMqHealthIndicator")
                            .doesNotHaveBean("reliableMqListenerObservations");
                    started.getBean(ReliableMqTemplate.class).send("orders", "fine");
                    await().atMost(PATIENCE)
                            .until(() -> started.getBean(Listener.class).handled.get() > 0);
                });
    }

    @Test
    void metersAreThereWithoutObservations() {
        unwatched()
                .withBean(MeterRegistry.class, () -> prometheus)
                .run(started -> assertThat(started)
                        .hasNotFailed()
                        .hasSingleBean(ProducerMeters.class)
                        .hasSingleBean(ListenerMeters.class)
                        .doesNotHaveBean(ObservationRegistry.class));
    }

    /** Every metric in the dashboard and in the alerts is there, in the application or at the broker's own endpoint. */
    @Test
    void dashboardAndAlertsNameMetricsThatExist() throws Exception {
        int port = FreePorts.next();
        watched()
                .withUserConfiguration(Journal.class)
                .withConfiguration(AutoConfigurations.of(
                        OutboxAutoConfiguration.class,
                        OutboxMetricsAutoConfiguration.class,
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class))
                .withPropertyValues("reliable-mq.outbox.enabled=true", "spring.datasource.generate-unique-name=true")
                .withPropertyValues(
                        "reliable-mq.broker.management.enabled=true",
                        "reliable-mq.broker.management.port=" + port,
                        "journal=" + folder.resolve("journal"))
                .run(started -> {
                    ReliableMqTemplate template = started.getBean(ReliableMqTemplate.class);
                    template.send("orders", "fine");
                    template.send("orders", "fails always");
                    assertThatThrownBy(() -> template.send("orders", "")).isInstanceOf(IllegalArgumentException.class);
                    started.getBean(GuaranteeInspector.class).inspect().join();
                    await().atMost(PATIENCE)
                            .untilAsserted(() -> assertThat(
                                            count("reliable.mq.consumer.dead.letters", "reason", "retries_exhausted"))
                                    .isEqualTo(1));

                    await().atMost(PATIENCE).untilAsserted(() -> {
                        Set<String> ofApplication = metrics(prometheus.scrape());
                        Set<String> ofBroker = metrics(brokerPage(port));
                        for (String file : new String[] {"grafana-dashboard.json", "prometheus-alerts.yml"}) {
                            Set<String> named = named(Files.readString(MONITORING.resolve(file)));
                            assertThat(named).as(file).hasSizeGreaterThan(10);
                            assertThat(ofApplication).as(file).containsAll(named);
                            assertThat(ofBroker).as(file + ", at the broker").containsAll(ofBrokers(named));
                        }
                    });
                });
    }

    private static Set<String> named(String text) {
        Matcher names = Pattern.compile(
                        "\\b(?:reliable_mq|messaging)_(?!destination|consumer)[a-z_]+\\b|\\breliable_mq_consumer_[a-z_]+\\b")
                .matcher(text);
        Set<String> found = new TreeSet<>();
        while (names.find()) {
            found.add(names.group());
        }
        return found;
    }

    private static Set<String> ofBrokers(Set<String> names) {
        return names.stream()
                .filter(name -> name.startsWith("reliable_mq_broker_"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> metrics(String page) {
        return page.lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .map(line -> line.split("[ {]", 2)[0])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String brokerPage(int port) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + port + "/metrics");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Configuration(proxyBeanMethods = false)
    static class Listening {

        @Bean
        Listener listener() {
            return new Listener();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Journal {

        @Bean
        StoreAndForward journal(MqClient client, @Value("${journal}") Path folder) throws IOException {
            return client.storeAndForward(JournalSettings.of(folder, "journal-producer"));
        }
    }

    static class Listener {

        volatile CountDownLatch gate = new CountDownLatch(0);
        final AtomicInteger handled = new AtomicInteger();

        @MessageListener(topic = "orders", group = "billing")
        ConsumeResult onOrder(String order) throws InterruptedException {
            switch (order) {
                case "waits" -> gate.await();
                case "fails always" -> throw new IllegalStateException("never");
                case "is hopeless" -> throw new NonRetryableException("hopeless", null);
                default -> handled.incrementAndGet();
            }
            return ConsumeResult.CONSUME_SUCCESS;
        }
    }
}
