package io.reliablemq.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.config.ContainerDefaults;
import io.reliablemq.spring.config.DefaultMessageListenerContainerFactory;
import io.reliablemq.spring.config.ListenerConfigurationException;
import io.reliablemq.spring.config.MessageListenerContainerFactory;
import io.reliablemq.spring.fixture.Failures;
import io.reliablemq.spring.fixture.FakeConsumers;
import io.reliablemq.spring.fixture.Received;
import io.reliablemq.spring.idempotent.InMemoryIdempotencyStore;
import io.reliablemq.spring.idempotent.JdbcIdempotencyStore;
import io.reliablemq.spring.idempotent.MarkCleanup;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.transaction.support.TransactionSynchronizationManager;

class IdempotentListenersAutoConfigurationTests {

    private final FakeConsumers consumers = new FakeConsumers();

    private final ApplicationContextRunner withoutDatabase = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ReliableMqAutoConfiguration.class, IdempotentListenersAutoConfiguration.class))
            .withPropertyValues("reliable-mq.name-server=127.0.0.1:1")
            .withBean(
                    MessageListenerContainerFactory.class,
                    () -> new DefaultMessageListenerContainerFactory(consumers, ContainerDefaults.ofClient()));

    private final ApplicationContextRunner context = withoutDatabase
            .withConfiguration(AutoConfigurations.of(
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class))
            .withPropertyValues("spring.datasource.generate-unique-name=true");

    @Test
    void marksInTheTransactionOfTheListener() {
        context.withBean(Listener.class).run(started -> {
            var consumer = consumers.ofGroup("g");
            var message = Received.text("orders", "x", Map.of());
            assertThat(consumer.deliverAll(message).failure(message).cause()).hasMessage("the first attempt fails");
            assertThat(count(started.getBean(JdbcTemplate.class))).isZero();

            assertThat(consumer.deliver(message)).isEqualTo(ConsumeResult.CONSUME_SUCCESS);
            assertThat(consumer.deliver(message)).isEqualTo(ConsumeResult.CONSUME_SUCCESS);
            assertThat(started.getBean(Listener.class).calls).isEqualTo(2);
            assertThat(count(started.getBean(JdbcTemplate.class))).isEqualTo(1);
        });
    }

    private static Integer count(JdbcTemplate jdbc) {
        return jdbc.queryForObject("SELECT COUNT(*) FROM reliable_mq_handled", Integer.class);
    }

    @Test
    void worksWithoutADatabase() {
        withoutDatabase.run(started -> assertThat(started)
                .hasSingleBean(InMemoryIdempotencyStore.class)
                .doesNotHaveBean(JdbcIdempotencyStore.class));
        withoutDatabase
                .withClassLoader(new FilteredClassLoader("org.springframework.jdbc", "org.springframework.boot.jdbc"))
                .run(started -> assertThat(started).hasNotFailed().hasSingleBean(InMemoryIdempotencyStore.class));
    }

    @Test
    void leavesADatabaseAloneOnRequestAndThenSaysWhatIsMissing() {
        context.withPropertyValues("reliable-mq.idempotent.initialize-schema=never")
                .run(started -> assertThat(started)
                        .hasNotFailed()
                        .hasSingleBean(MarkCleanup.class)
                        .doesNotHaveBean("reliableMqIdempotentSchemaInitializer"));
        context.withPropertyValues("reliable-mq.idempotent.initialize-schema=never")
                .withBean(Listener.class)
                .run(started -> assertThat(
                                Failures.find(started.getStartupFailure(), ListenerConfigurationException.class))
                        .hasMessageContainingAll(
                                "Listener.on(String)",
                                "reliable_mq_handled",
                                "reliable-mq.idempotent.initialize-schema"));
    }

    @Test
    void makesTheTableBeforeTheStoreAlsoWhereNobodyElseInitializesDatabases() {
        context.withPropertyValues("spring.sql.init.mode=never")
                .run(started -> assertThat(started.getBeanFactory()
                                .getBeanDefinition("reliableMqJdbcIdempotencyStore")
                                .getDependsOn())
                        .contains("reliableMqIdempotentSchemaInitializer"));
    }

    @Test
    void createsTheTableBesideTheInitializersOfTheApplication() {
        context.run(started -> assertThat(started.getBeansOfType(DataSourceScriptDatabaseInitializer.class))
                .containsKey("reliableMqIdempotentSchemaInitializer"));
    }

    @Test
    void asksForABeanWhereThereAreTwoDatabases() {
        withoutDatabase
                .withBean("one", DataSource.class, SimpleDriverDataSource::new)
                .withBean("two", DataSource.class, SimpleDriverDataSource::new)
                .withBean(Listener.class)
                .run(started -> assertThat(
                                Failures.find(started.getStartupFailure(), ListenerConfigurationException.class))
                        .hasMessageContainingAll("attribute idempotent", "JdbcIdempotencyStore"));
    }

    @Test
    void refusesASettingByItsName() {
        for (String setting : new String[] {
            "reliable-mq.idempotent.retention=0s",
            "reliable-mq.idempotent.cleanup-interval=0s",
            "reliable-mq.idempotent.cleanup-batch-size=0",
            "reliable-mq.idempotent.table-name=a b"
        }) {
            context.withPropertyValues(setting)
                    .run(started -> assertThat(Failures.find(
                                            started.getStartupFailure(),
                                            InvalidConfigurationPropertyValueException.class)
                                    .getName())
                            .isEqualTo(setting.substring(0, setting.indexOf('='))));
        }
    }

    static class Listener {
        int calls;

        @MessageListener(topic = "orders", group = "g", idempotent = MessageListener.JDBC)
        void on(String text) {
            assertThat(TransactionSynchronizationManager.isActualTransactionActive())
                    .isTrue();
            if (++calls == 1) {
                throw new IllegalStateException("the first attempt fails");
            }
        }
    }
}
