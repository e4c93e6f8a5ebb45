package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.api.Producer;
import io.reliablemq.spring.core.Outbox;
import io.reliablemq.spring.outbox.JdbcOutboxParts;
import io.reliablemq.spring.outbox.OutboxDataSource;
import io.reliablemq.spring.outbox.OutboxMonitor;
import io.reliablemq.spring.outbox.OutboxRelay;
import io.reliablemq.spring.outbox.ParkedMessages;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.DatabaseDriver;
import org.springframework.boot.jdbc.init.PropertiesBasedDataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.autoconfigure.init.OnDatabaseInitializationCondition;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Sets up the outbox in the application's database, if the application asks for it. Every bean gives way to one of the
 * application's.
 */
@AutoConfiguration(
        after = ReliableMqAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration"
        })
@ConditionalOnClass({
    JdbcTemplate.class,
    PlatformTransactionManager.class,
    PropertiesBasedDataSourceScriptDatabaseInitializer.class
})
@ConditionalOnBooleanProperty("reliable-mq.outbox.enabled")
@ConditionalOnBooleanProperty(name = "reliable-mq.enabled", matchIfMissing = true)
@ConditionalOnBean(DataSource.class)
@EnableConfigurationProperties(OutboxProperties.class)
@Import(DatabaseInitializationDependencyConfigurer.class)
public final class OutboxAutoConfiguration {

    OutboxAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    JdbcOutboxParts reliableMqOutboxParts(
            ObjectProvider<DataSource> dataSource,
            @OutboxDataSource ObjectProvider<DataSource> outboxDataSource,
            OutboxProperties properties,
            SendingConfiguration sending) {
        return new JdbcOutboxParts(
                chosen(dataSource, outboxDataSource),
                OutboxSettingsFromProperties.of(properties, sending.sendTimeout()));
    }

    @Bean
    @ConditionalOnMissingBean(name = "reliableMqOutboxInitializer")
    @Conditional(OutboxInitializationCondition.class)
    OutboxDatabaseInitializer reliableMqOutboxInitializer(
            ObjectProvider<DataSource> dataSource,
            @OutboxDataSource ObjectProvider<DataSource> outboxDataSource,
            OutboxProperties properties) {
        return new OutboxDatabaseInitializer(chosen(dataSource, outboxDataSource), properties);
    }

    @Bean
    @DependsOnDatabaseInitialization
    @ConditionalOnMissingBean(Outbox.class)
    Outbox reliableMqOutbox(JdbcOutboxParts parts) {
        return parts.outbox();
    }

    @Bean
    @DependsOnDatabaseInitialization
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty(name = "reliable-mq.outbox.relay.enabled", matchIfMissing = true)
    OutboxRelay reliableMqOutboxRelay(JdbcOutboxParts parts, Producer producer) {
        return parts.relay(producer);
    }

    @Bean
    @ConditionalOnMissingBean
    OutboxMonitor reliableMqOutboxMonitor(JdbcOutboxParts parts) {
        return parts.monitor();
    }

    @Bean
    @ConditionalOnMissingBean
    ParkedMessages reliableMqParkedMessages(JdbcOutboxParts parts) {
        return parts.parkedMessages();
    }

    private static DataSource chosen(ObjectProvider<DataSource> only, ObjectProvider<DataSource> marked) {
        return marked.getIfAvailable(only::getObject);
    }

    /** Runs the script of the database in use. MariaDB takes that of MySQL. */
    static final class OutboxDatabaseInitializer
            extends PropertiesBasedDataSourceScriptDatabaseInitializer<OutboxProperties> {

        OutboxDatabaseInitializer(DataSource dataSource, OutboxProperties properties) {
            super(dataSource, properties, Map.of(DatabaseDriver.MARIADB, "mysql"));
        }
    }

    static final class OutboxInitializationCondition extends OnDatabaseInitializationCondition {

        OutboxInitializationCondition() {
            super("reliable-mq outbox", "reliable-mq.outbox.initialize-schema");
        }
    }
}
