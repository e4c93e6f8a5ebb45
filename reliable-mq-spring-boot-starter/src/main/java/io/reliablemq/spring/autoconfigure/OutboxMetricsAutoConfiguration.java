package io.reliablemq.spring.autoconfigure;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.reliablemq.spring.actuate.OutboxMeters;
import io.reliablemq.spring.outbox.OutboxMonitor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Offers the figures of the outbox to the application's meter registries. */
@AutoConfiguration(after = OutboxAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean(OutboxMonitor.class)
public final class OutboxMetricsAutoConfiguration {

    OutboxMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    OutboxMeters reliableMqOutboxMeters(OutboxMonitor monitor) {
        return new OutboxMeters(monitor);
    }
}
