package io.reliablemq.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.spring.core.Outbox;
import io.reliablemq.spring.core.ProducerSettingsCustomizer;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.core.TransactionMode;
import io.reliablemq.spring.fixture.Failures;
import io.reliablemq.spring.fixture.ScriptedBroker;
import io.reliablemq.spring.outbox.OutboxDataSource;
import io.reliablemq.spring.outbox.OutboxMonitor;
import io.reliablemq.spring.outbox.OutboxRelay;
import io.reliablemq.spring.outbox.ParkedMessages;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.transaction.support.TransactionTemplate;

class OutboxAutoConfigurationTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ScriptedBroker broker = new ScriptedBroker();

    private final ApplicationContextRunner plain = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    OutboxMetricsAutoConfiguration.class,
                    TemplateMetricsAutoConfiguration.class,
                    OutboxAutoConfiguration.class,
                    ReliableMqAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    TransactionAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class))
            .withPropertyValues("reliable-mq.name-server=127.0.0.1:1", "spring.datasource.generate-unique-name=true")
            .withBean(Producer.class, () -> broker);

    private final ApplicationContextRunner context = plain.withPropertyValues("reliable-mq.outbox.enabled=true");

    @Test
    void isNotThereUnlessAskedFor() {
        plain.run(started -> assertThat(started).hasNotFailed().doesNotHaveBean(Outbox.class));
        context.withPropertyValues("reliable-mq.enabled=false")
                .run(started -> assertThat(started).hasNotFailed().doesNotHaveBean(Outbox.class));
        context.withClassLoader(new FilteredClassLoader(JdbcTemplate.class))
                .run(started -> assertThat(started).doesNotHaveBean(Outbox.class));
    }

    @Test
    void beansAreOfTheTypesThatTheyAreDeclaredWith() {
        context.withConfiguration(AutoConfigurations.of(ReliableMqObservationAutoConfiguration.class))
                .run(started -> assertThat(started.getBeanDefinitionNames())
                        .filteredOn(name -> name.startsWith("reliableMq"))
                        .contains("reliableMqOutbox", "reliableMqTemplate")
                        .allSatisfy(name -> assertThat(started.getBean(name))
                                .as(name)
                                .isInstanceOf(started.getBeanFactory()
                                        .getMergedBeanDefinition(name)
                                        .getResolvableType()
                                        .resolve(Object.class))));
    }

    @Test
    void sendsWhatATransactionHasTakenDown() {
        context.withPropertyValues("reliable-mq.template.in-transaction=outbox").run(started -> {
            ReliableMqTemplate template = started.getBean(ReliableMqTemplate.class);
            started.getBean(TransactionTemplate.class)
                    .executeWithoutResult(status ->
                            assertThat(template.send("orders", "x").status()).isEqualTo(SendStatus.IN_OUTBOX));

            await().atMost(PATIENCE).until(() -> broker.texts().equals(List.of("x")));
            assertThat(started.getBean(OutboxRelay.class).isRunning()).isTrue();
            assertThat(started.getBean(ParkedMessages.class).list(1)).isEmpty();
        });
    }

    @Test
    void sendsByMessageThroughTheOutbox() {
        context.run(started -> {
            ReliableMqTemplate template = started.getBean(ReliableMqTemplate.class);
            started.getBean(TransactionTemplate.class)
                    .executeWithoutResult(status -> template.newMessage("x")
                            .topic("orders")
                            .inTransaction(TransactionMode.OUTBOX)
                            .send());
            await().atMost(PATIENCE).until(() -> broker.texts().equals(List.of("x")));
        });
    }

    @Test
    void makesTheTablesInEmbeddedDatabasesOnlyUnlessToldOtherwise() {
        context.run(started -> assertThat(
                        started.getBean(OutboxMonitor.class).figures().waiting())
                .isZero());
        context.withPropertyValues("reliable-mq.outbox.initialize-schema=never").run(started -> {
            assertThat(started).hasNotFailed().doesNotHaveBean("reliableMqOutboxInitializer");
            await().atMost(PATIENCE)
                    .until(() -> started.getBean(OutboxMonitor.class).problem().contains("initialize-schema"));
        });
    }

    @Test
    void takesOtherTableNames() {
        context.withPropertyValues(
                        "reliable-mq.outbox.table-prefix=shop_", "reliable-mq.outbox.initialize-schema=never")
                .run(started -> {
                    JdbcTemplate jdbc = started.getBean(JdbcTemplate.class);
                    String script = new String(new org.springframework.core.io.ClassPathResource(
                                    "io/reliablemq/spring/outbox/schema-h2.sql")
                            .getContentAsByteArray());
                    for (String statement :
                            script.replace("reliable_mq_", "shop_").split(";")) {
                        if (!statement.isBlank()) {
                            jdbc.execute(statement);
                        }
                    }
                    started.getBean(TransactionTemplate.class)
                            .executeWithoutResult(status -> started.getBean(ReliableMqTemplate.class)
                                    .inTransaction(TransactionMode.OUTBOX)
                                    .send("orders", "x"));
                    await().atMost(PATIENCE).until(() -> broker.texts().equals(List.of("x")));
                });
    }

    @Test
    void onlyTakesDownWhereTheRelayIsSwitchedOff() {
        context.withPropertyValues("reliable-mq.outbox.relay.enabled=false").run(started -> {
            assertThat(started).doesNotHaveBean(OutboxRelay.class).hasSingleBean(Outbox.class);
            started.getBean(TransactionTemplate.class)
                    .executeWithoutResult(status -> started.getBean(ReliableMqTemplate.class)
                            .inTransaction(TransactionMode.OUTBOX)
                            .send("orders", "x"));
            assertThat(started.getBean(OutboxMonitor.class).figures().waiting()).isOne();
        });
    }

    @Test
    void takesTheMarkedDataSourceWhereThereAreSeveral() {
        context.withUserConfiguration(TwoDatabases.class).run(started -> {
            assertThat(started).hasNotFailed();
            DataSource marked = started.getBean("second", DataSource.class);
            new TransactionTemplate(new DataSourceTransactionManager(marked))
                    .executeWithoutResult(status -> started.getBean(ReliableMqTemplate.class)
                            .inTransaction(TransactionMode.OUTBOX)
                            .send("orders", "x"));
            await().atMost(PATIENCE).until(() -> broker.texts().equals(List.of("x")));
        });
    }

    @Test
    void tellsItsFiguresToMeterRegistries() {
        context.withBean(SimpleMeterRegistry.class).run(started -> {
            MeterRegistry registry = started.getBean(MeterRegistry.class);
            broker.refused.add("poison");
            for (String text : List.of("x", "poison")) {
                started.getBean(TransactionTemplate.class)
                        .executeWithoutResult(status -> started.getBean(ReliableMqTemplate.class)
                                .inTransaction(TransactionMode.OUTBOX)
                                .send("orders", text));
            }
            await().atMost(PATIENCE)
                    .until(() -> registry.get("reliable.mq.outbox.sent")
                                            .functionCounter()
                                            .count()
                                    == 1
                            && registry.get("reliable.mq.outbox.parked").gauge().value() == 1
                            && registry.get("reliable.mq.outbox.waiting")
                                            .gauge()
                                            .value()
                                    == 0);
            assertThat(registry.get("reliable.mq.outbox.lanes").gauge().value()).isEqualTo(32);
            assertThat(registry.get("reliable.mq.outbox.oldest").timeGauge().value())
                    .isZero();
            new JdbcTemplate(started.getBean(DataSource.class)).execute("SHUTDOWN");
            await().atMost(PATIENCE)
                    .until(() -> Double.isNaN(
                            registry.get("reliable.mq.outbox.waiting").gauge().value()));
        });
    }

    @Test
    void tellsWhatBecameOfSendsAfterACommit() {
        context.withBean(SimpleMeterRegistry.class).run(started -> {
            broker.failing = true;
            started.getBean(TransactionTemplate.class)
                    .executeWithoutResult(status -> started.getBean(ReliableMqTemplate.class)
                            .inTransaction(TransactionMode.AFTER_COMMIT)
                            .send("orders", "x"));
            MeterRegistry registry = started.getBean(MeterRegistry.class);
            assertThat(registry.get("reliable.mq.after.commit.failed")
                            .functionCounter()
                            .count())
                    .isOne();
            assertThat(registry.get("reliable.mq.after.commit.waiting").gauge().value())
                    .isZero();
        });
    }

    @Test
    void givesWayToAnOutboxOfTheApplication() {
        Outbox own = message -> {};
        context.withBean("mine", Outbox.class, () -> own)
                .run(started -> assertThat(started).doesNotHaveBean("reliableMqOutbox"));
    }

    @ParameterizedTest
    @CsvSource({
        "table-prefix,a b",
        "max-rows,0",
        "retention,-1s",
        "relay.poll-interval,0s",
        "relay.lease,19s",
        "relay.max-in-flight,0",
        "relay.first-pause,0s",
        "relay.longest-pause,1ms"
    })
    void refusesNonsensicalValueByItsName(String name, String value) {
        context.withPropertyValues("reliable-mq.outbox." + name + "=" + value).run(started -> {
            assertThat(started).hasFailed();
            var failure = Failures.find(started.getStartupFailure(), InvalidConfigurationPropertyValueException.class);
            assertThat(failure.getName()).isEqualTo("reliable-mq.outbox." + name);
            assertThat(failure.getReason()).isNotBlank();
        });
    }

    @Test
    void comparesTheLeaseWithTheTimeoutThatTheProducerHas() {
        context.withBean(
                        ProducerSettingsCustomizer.class, () -> settings -> settings.sendTimeout(Duration.ofMinutes(1)))
                .run(started -> {
                    assertThat(started).hasFailed();
                    var failure = Failures.find(
                            started.getStartupFailure(), InvalidConfigurationPropertyValueException.class);
                    assertThat(failure.getName()).isEqualTo("reliable-mq.outbox.relay.lease");
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoDatabases {

        @Bean
        DataSource first() {
            return embedded();
        }

        @Bean
        @OutboxDataSource
        DataSource second() {
            return embedded();
        }

        private static DataSource embedded() {
            return new EmbeddedDatabaseBuilder()
                    .setType(EmbeddedDatabaseType.H2)
                    .generateUniqueName(true)
                    .build();
        }
    }
}
