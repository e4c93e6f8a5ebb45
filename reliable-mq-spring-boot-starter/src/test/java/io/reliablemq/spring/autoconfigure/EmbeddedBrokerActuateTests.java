package io.reliablemq.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.reliablemq.spring.actuate.EmbeddedBrokerHealthIndicator;
import io.reliablemq.spring.actuate.EmbeddedBrokerMeters;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.embedded.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The embedded broker in an application that watches health and meters, and in one that does not. */
class EmbeddedBrokerActuateTests {

    @TempDir
    Path folder;

    private final MockClock clock = new MockClock();

    private ApplicationContextRunner context() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ReliableMqAutoConfiguration.class,
                        EmbeddedBrokerHealthAutoConfiguration.class,
                        EmbeddedBrokerMetricsAutoConfiguration.class))
                .withPropertyValues("reliable-mq.broker.data-dir=" + folder);
    }

    private ApplicationContextRunner watched() {
        return context()
                .withConfiguration(AutoConfigurations.of(
                        HealthContributorRegistryAutoConfiguration.class,
                        HealthContributorAutoConfiguration.class,
                        MetricsAutoConfiguration.class,
                        CompositeMeterRegistryAutoConfiguration.class))
                .withBean(MeterRegistry.class, () -> new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock));
    }

    @Test
    void metersShowTheFiguresOfTheBroker() {
        watched().run(started -> {
            MeterRegistry meters = started.getBean(MeterRegistry.class);
            assertThat(meters.get("reliable.mq.broker.log.appended")
                            .functionCounter()
                            .count())
                    .isZero();
            started.getBean(ReliableMqTemplate.class).send("orders", "x");
            clock.add(Duration.ofSeconds(2));

            assertThat(meters.get("reliable.mq.broker.log.appended")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
            assertThat(meters.get("reliable.mq.broker.log.appended").meter().getId())
                    .satisfies(id -> {
                        assertThat(id.getBaseUnit()).isEqualTo("messages");
                        assertThat(id.getDescription()).startsWith("Messages written to the log");
                    });
            assertThat(meters.get("reliable.mq.broker.flush.duration")
                            .functionTimer()
                            .count())
                    .isEqualTo(1);
            assertThat(meters.get("reliable.mq.broker.flush.duration.max")
                            .timeGauge()
                            .value())
                    .isPositive();
            assertThat(meters.get("reliable.mq.broker.flush.group").meter().measure())
                    .extracting(measurement -> measurement.getValue())
                    .containsExactly(1.0, 1.0, 1.0);
            assertThat(meters.get("reliable.mq.broker.unsafe").gauge().value()).isZero();
            assertThat(meters.get("reliable.mq.broker.flush.policy")
                            .tag("policy", "SYNC_FLUSH")
                            .gauge()
                            .value())
                    .isEqualTo(1);
        });
    }

    @Test
    void metersComeWithWhatThereIsToCount() {
        watched().run(started -> {
            MeterRegistry meters = started.getBean(MeterRegistry.class);
            assertThat(sends(meters)).isEmpty();
            started.getBean(ReliableMqTemplate.class).send("orders", "x");
            clock.add(Duration.ofSeconds(2));

            // Any look at a meter of the broker notices.
            meters.get("reliable.mq.broker.unsafe").gauge().value();

            assertThat(sends(meters)).hasSize(1);
        });
    }

    private static java.util.Collection<?> sends(MeterRegistry meters) {
        return meters.find("reliable.mq.broker.requests")
                .tags("code", "310", "outcome", "success")
                .meters();
    }

    @Test
    void metersSurviveARestOfTheBroker() {
        watched().run(started -> {
            MeterRegistry meters = started.getBean(MeterRegistry.class);
            EmbeddedBroker broker = started.getBean(EmbeddedBroker.class);
            broker.stop();
            clock.add(Duration.ofSeconds(2));
            assertThat(meters.get("reliable.mq.broker.log.failed").gauge().value())
                    .isZero();
            broker.start();
            started.getBean(ReliableMqTemplate.class).send("orders", "x");
            clock.add(Duration.ofSeconds(2));

            assertThat(meters.get("reliable.mq.broker.log.appended")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
        });
    }

    @Test
    void healthShowsTheStateOfTheBroker() {
        watched().run(started -> {
            assertThat(started.getBean(HealthContributorRegistry.class).getContributor("embeddedBroker"))
                    .isNotNull();
            HealthIndicator indicator = started.getBean(EmbeddedBrokerHealthIndicator.class);
            Health up = indicator.health();
            assertThat(up.getStatus()).isEqualTo(Status.UP);
            assertThat(up.getDetails())
                    .isEqualTo(Map.of(
                            "broker", "UP", "role", "ASYNC_MASTER", "epoch", 1, "inSync", 1L, "slaves", Map.of()));

            started.getBean(EmbeddedBroker.class).stop();

            assertThat(indicator.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        });
    }

    @Test
    void healthCanBeSwitchedOff() {
        watched()
                .withPropertyValues("management.health.embedded-broker.enabled=false")
                .run(started -> assertThat(started)
                        .hasNotFailed()
                        .doesNotHaveBean(EmbeddedBrokerHealthIndicator.class)
                        .hasSingleBean(EmbeddedBrokerMeters.class));
    }

    @Test
    void worksWithoutHealth() {
        context()
                .withClassLoader(new FilteredClassLoader(HealthIndicator.class))
                .run(started -> assertThat(started)
                        .hasNotFailed()
                        .hasSingleBean(EmbeddedBroker.class)
                        .hasSingleBean(EmbeddedBrokerMeters.class)
                        .doesNotHaveBean("embeddedBrokerHealthIndicator"));
    }

    @Test
    void worksWithoutMicrometer() {
        context()
                .withClassLoader(new FilteredClassLoader("io.micrometer"))
                .run(started -> assertThat(started)
                        .hasNotFailed()
                        .hasSingleBean(EmbeddedBroker.class)
                        .hasSingleBean(EmbeddedBrokerHealthIndicator.class)
                        .doesNotHaveBean("embeddedBrokerMeters"));
    }

    @Test
    void worksWithoutTheBroker() {
        watched()
                .withClassLoader(new FilteredClassLoader("io.reliablemq.broker"))
                .withPropertyValues("reliable-mq.name-server=127.0.0.1:1")
                .run(started -> assertThat(started)
                        .hasNotFailed()
                        .doesNotHaveBean("embeddedBrokerHealthIndicator")
                        .doesNotHaveBean("embeddedBrokerMeters"));
    }

    @Test
    void hasNothingToTellOfABrokerThatRunsElsewhere() {
        watched()
                .withPropertyValues("reliable-mq.name-server=127.0.0.1:1")
                .run(started -> assertThat(started)
                        .hasNotFailed()
                        .doesNotHaveBean(EmbeddedBrokerHealthIndicator.class)
                        .doesNotHaveBean(EmbeddedBrokerMeters.class));
    }

    @Test
    void readsSizesAndManagementLikeTheProcess() {
        context()
                .withPropertyValues(
                        "reliable-mq.broker.segment-bytes=2MB",
                        "reliable-mq.broker.flush-bytes=65536",
                        "reliable-mq.broker.management.enabled=true",
                        "reliable-mq.broker.management.port=0")
                .run(started -> assertThat(started).hasNotFailed());
        context()
                .withPropertyValues("reliable-mq.broker.segment-bytes=2GB")
                .run(started -> assertThat(started)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining(
                                "reliable-mq.broker.segment-bytes is '2GB': it must be between 1MB and 1GB"));
    }
}
