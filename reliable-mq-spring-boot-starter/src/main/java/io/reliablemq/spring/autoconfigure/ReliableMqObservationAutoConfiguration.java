package io.reliablemq.spring.autoconfigure;

import io.micrometer.observation.ObservationRegistry;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ConsumeInterceptor;
import io.reliablemq.spring.observation.ListenerObservations;
import io.reliablemq.spring.observation.ObservingBeanPostProcessor;
import io.reliablemq.spring.observation.OneWaySends;
import io.reliablemq.spring.observation.ProcessObservationConvention;
import io.reliablemq.spring.observation.SendCounts;
import io.reliablemq.spring.observation.SendObservationConvention;
import io.reliablemq.spring.observation.SendObservations;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Has sends and listeners observed, and the trace context travel with messages. */
@AutoConfiguration(
        after = ReliableMqAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass({MqClient.class, ObservationRegistry.class})
@ConditionalOnBean(MqClient.class)
@EnableConfigurationProperties(ObservationProperties.class)
public final class ReliableMqObservationAutoConfiguration {

    ReliableMqObservationAutoConfiguration() {}

    @Bean
    static ObservingBeanPostProcessor reliableMqObservingBeanPostProcessor(
            ObjectProvider<SendObservations> sends, ObjectProvider<ConsumeInterceptor> listeners) {
        return new ObservingBeanPostProcessor(sends, listeners);
    }

    @Bean
    @ConditionalOnMissingBean
    OneWaySends reliableMqOneWaySends() {
        return new OneWaySends();
    }

    @Bean
    @ConditionalOnMissingBean
    SendObservations reliableMqSendObservations(
            ObservationProperties properties,
            ObjectProvider<ObservationRegistry> registry,
            ObjectProvider<SendObservationConvention> convention,
            ObjectProvider<SendCounts> counts) {
        return new SendObservations(
                properties.enabled() ? registry.getIfUnique(() -> ObservationRegistry.NOOP) : ObservationRegistry.NOOP,
                convention.getIfUnique(),
                counts.orderedStream().toList());
    }

    /** The outermost: what is counted and logged within has the trace. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    @ConditionalOnMissingBean
    @ConditionalOnBean(ObservationRegistry.class)
    @ConditionalOnBooleanProperty(name = "reliable-mq.observation.enabled", matchIfMissing = true)
    ListenerObservations reliableMqListenerObservations(
            ObservationRegistry registry, ObjectProvider<ProcessObservationConvention> convention) {
        return new ListenerObservations(registry, convention.getIfUnique());
    }
}
