package io.reliablemq.spring.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.StoreAndForward;
import io.reliablemq.spring.actuate.ConsumerGauges;
import io.reliablemq.spring.actuate.ConsumerLag;
import io.reliablemq.spring.actuate.GuaranteeMeters;
import io.reliablemq.spring.actuate.JournalMeters;
import io.reliablemq.spring.actuate.ListenerMeters;
import io.reliablemq.spring.actuate.ProducerMeters;
import io.reliablemq.spring.guarantee.GuaranteeInspector;
import java.time.Clock;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/** Counts sends and listeners where the application has meters. */
@AutoConfiguration(
        after = {
            ReliableMqAutoConfiguration.class,
            ReliableMqObservationAutoConfiguration.class,
            GuaranteeAutoConfiguration.class
        },
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass({MqClient.class, MeterRegistry.class})
@ConditionalOnBean({MqClient.class, MeterRegistry.class})
public final class ReliableMqMetricsAutoConfiguration {

    ReliableMqMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    ProducerMeters reliableMqProducerMeters(MeterRegistry registry) {
        return new ProducerMeters(registry);
    }

    @Bean
    @ConditionalOnMissingBean
    ListenerMeters reliableMqListenerMeters(MqClient client, MeterRegistry registry) {
        ConsumerLag lag = new ConsumerLag(client, System::nanoTime);
        return new ListenerMeters(registry, new ConsumerGauges(client, lag), Clock.systemUTC());
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(GuaranteeInspector.class)
    GuaranteeMeters reliableMqGuaranteeMeters(GuaranteeInspector inspector) {
        return new GuaranteeMeters(inspector);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnSingleCandidate(StoreAndForward.class)
    JournalMeters reliableMqJournalMeters(StoreAndForward journal) {
        return new JournalMeters(journal);
    }
}
