package io.reliablemq.spring.autoconfigure;

import static io.reliablemq.spring.autoconfigure.SettingsFromProperties.atLeast;
import static io.reliablemq.spring.autoconfigure.SettingsFromProperties.positive;
import static io.reliablemq.spring.autoconfigure.SettingsFromProperties.refused;

import io.reliablemq.client.MqClient;
import io.reliablemq.spring.idempotent.InMemoryIdempotencyStore;
import io.reliablemq.spring.idempotent.JdbcIdempotencyStore;
import io.reliablemq.spring.idempotent.MarkCleanup;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.jdbc.init.PropertiesBasedDataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.autoconfigure.init.OnDatabaseInitializationCondition;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Offers the stores of {@code @MessageListener(idempotent = ...)}: one in memory, and one in the application's database where
 * that has one data source and one transaction manager.
 */
@AutoConfiguration(
        after = ReliableMqAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration"
        })
@ConditionalOnClass(MqClient.class)
@ConditionalOnBooleanProperty(name = "reliable-mq.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ReliableMqIdempotentProperties.class)
public final class IdempotentListenersAutoConfiguration {

    IdempotentListenersAutoConfiguration() {}

    @Bean
    @Lazy
    @ConditionalOnMissingBean(name = "reliableMqInMemoryIdempotencyStore")
    InMemoryIdempotencyStore reliableMqInMemoryIdempotencyStore(ReliableMqIdempotentProperties properties) {
        return new InMemoryIdempotencyStore(
                atLeast("idempotent.max-marks-in-memory", properties.maxMarksInMemory(), 1),
                positive("idempotent.retention", properties.retention()),
                Clock.systemUTC());
    }

    /** In the application's database. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({JdbcTemplate.class, PlatformTransactionManager.class, DataSourceScriptDatabaseInitializer.class
    })
    @ConditionalOnSingleCandidate(DataSource.class)
    @EnableConfigurationProperties(IdempotentSchemaProperties.class)
    @Import(DatabaseInitializationDependencyConfigurer.class)
    static class JdbcConfiguration {

        @Bean
        @ConditionalOnSingleCandidate(PlatformTransactionManager.class)
        @ConditionalOnMissingBean(name = "reliableMqJdbcIdempotencyStore")
        @DependsOnDatabaseInitialization
        JdbcIdempotencyStore reliableMqJdbcIdempotencyStore(
                DataSource dataSource,
                PlatformTransactionManager transactionManager,
                ReliableMqIdempotentProperties properties) {
            try {
                return new JdbcIdempotencyStore(
                        dataSource, transactionManager, properties.tableName(), Clock.systemUTC());
            } catch (IllegalArgumentException e) {
                throw refused("idempotent.table-name", properties.tableName(), e.getMessage());
            }
        }

        @Bean
        @ConditionalOnSingleCandidate(JdbcIdempotencyStore.class)
        @ConditionalOnMissingBean
        MarkCleanup reliableMqMarkCleanup(JdbcIdempotencyStore store, ReliableMqIdempotentProperties properties) {
            return new MarkCleanup(
                    store,
                    positive("idempotent.retention", properties.retention()),
                    positive("idempotent.cleanup-interval", properties.cleanupInterval()),
                    atLeast("idempotent.cleanup-batch-size", properties.cleanupBatchSize(), 1),
                    Clock.systemUTC());
        }

        @Bean
        @Conditional(OnSchemaInitialization.class)
        @ConditionalOnMissingBean(name = "reliableMqIdempotentSchemaInitializer")
        PropertiesBasedDataSourceScriptDatabaseInitializer<IdempotentSchemaProperties>
                reliableMqIdempotentSchemaInitializer(DataSource dataSource, IdempotentSchemaProperties properties) {
            return new PropertiesBasedDataSourceScriptDatabaseInitializer<>(dataSource, properties);
        }
    }

    static class OnSchemaInitialization extends OnDatabaseInitializationCondition {

        OnSchemaInitialization() {
            super("Reliable MQ idempotent listeners ", "reliable-mq.idempotent.initialize-schema");
        }
    }
}
