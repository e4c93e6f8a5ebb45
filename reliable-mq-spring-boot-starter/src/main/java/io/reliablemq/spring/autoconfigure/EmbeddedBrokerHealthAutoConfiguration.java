package io.reliablemq.spring.autoconfigure;

import io.reliablemq.broker.Broker;
import io.reliablemq.spring.actuate.EmbeddedBrokerHealthIndicator;
import io.reliablemq.spring.embedded.EmbeddedBroker;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Tells the health of the embedded broker where the application has health. */
@AutoConfiguration(after = ReliableMqAutoConfiguration.class)
@ConditionalOnClass({Broker.class, HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(EmbeddedBroker.class)
@ConditionalOnEnabledHealthIndicator("embedded-broker")
public final class EmbeddedBrokerHealthAutoConfiguration {

    EmbeddedBrokerHealthAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = {"embeddedBrokerHealthIndicator", "embeddedBrokerHealthContributor"})
    EmbeddedBrokerHealthIndicator embeddedBrokerHealthIndicator(EmbeddedBroker broker) {
        return new EmbeddedBrokerHealthIndicator(broker);
    }
}
