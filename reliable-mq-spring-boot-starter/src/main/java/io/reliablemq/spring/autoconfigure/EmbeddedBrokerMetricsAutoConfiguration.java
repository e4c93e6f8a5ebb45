package io.reliablemq.spring.autoconfigure;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.reliablemq.broker.Broker;
import io.reliablemq.spring.actuate.EmbeddedBrokerMeters;
import io.reliablemq.spring.embedded.EmbeddedBroker;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Offers the figures of the embedded broker to the application's meter registries. */
@AutoConfiguration(after = ReliableMqAutoConfiguration.class)
@ConditionalOnClass({Broker.class, MeterBinder.class})
@ConditionalOnBean(EmbeddedBroker.class)
public final class EmbeddedBrokerMetricsAutoConfiguration {

    EmbeddedBrokerMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    EmbeddedBrokerMeters embeddedBrokerMeters(EmbeddedBroker broker) {
        return new EmbeddedBrokerMeters(broker);
    }
}
