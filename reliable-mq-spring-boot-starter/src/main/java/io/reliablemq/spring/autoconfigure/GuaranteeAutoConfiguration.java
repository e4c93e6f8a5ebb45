package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.StoreAndForward;
import io.reliablemq.spring.config.MessageListenerEndpointRegistry;
import io.reliablemq.spring.guarantee.ApplicationFacts;
import io.reliablemq.spring.guarantee.BrokerFactsCollector;
import io.reliablemq.spring.guarantee.ClientFacts;
import io.reliablemq.spring.guarantee.GuaranteeInspector;
import io.reliablemq.spring.guarantee.GuaranteeReporter;
import io.reliablemq.spring.guarantee.ListeningFacts;
import io.reliablemq.spring.guarantee.StrictGuarantee;
import io.reliablemq.spring.listener.MessageListenerContainer;
import io.reliablemq.spring.observation.OneWaySends;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Reports what the running configuration guarantees, and refuses what a strict guarantee does not allow. */
@AutoConfiguration(after = {ReliableMqAutoConfiguration.class, ReliableMqObservationAutoConfiguration.class})
@ConditionalOnBean(MqClient.class)
@EnableConfigurationProperties({GuaranteeModeProperties.class, GuaranteeProperties.class})
public final class GuaranteeAutoConfiguration {

    GuaranteeAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    ListeningFacts reliableMqListeningFacts(ObjectProvider<MessageListenerEndpointRegistry> registry) {
        return new RegisteredListeners(registry);
    }

    @Bean
    @ConditionalOnMissingBean
    ApplicationFacts reliableMqApplicationFacts(
            MqClient client,
            ListeningFacts listening,
            ObjectProvider<OneWaySends> oneWaySends,
            ObjectProvider<StoreAndForward> journals) {
        return new ClientFacts(
                client,
                listening,
                new ClientFacts.Sending(
                        () -> oneWaySends.stream().mapToLong(OneWaySends::count).sum(),
                        () -> journals.stream().findAny().isPresent(),
                        () -> false));
    }

    @Bean
    @ConditionalOnMissingBean
    GuaranteeInspector reliableMqGuaranteeInspector(
            MqClient client, ApplicationFacts facts, GuaranteeProperties properties) {
        return new GuaranteeInspector(
                facts, new BrokerFactsCollector(client.cluster()), properties.accepted(), Clock.systemUTC());
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "reliable-mq.guarantee-report.enabled", matchIfMissing = true)
    GuaranteeReporter reliableMqGuaranteeReporter(MqClient client, GuaranteeInspector inspector) {
        return new GuaranteeReporter(inspector, client::onBrokersChange);
    }

    @Bean
    @ConditionalOnProperty(name = "reliable-mq.guarantee", havingValue = "strict")
    StrictGuarantee reliableMqStrictGuarantee(GuaranteeInspector inspector, GuaranteeProperties properties) {
        return new StrictGuarantee(inspector, properties.timeout());
    }

    /** The listeners that the application declares. */
    private record RegisteredListeners(ObjectProvider<MessageListenerEndpointRegistry> registry)
            implements ListeningFacts {

        @Override
        public List<PushConsumerSettings> groups() {
            return registry.stream()
                    .flatMap(each -> each.containers().stream())
                    .map(MessageListenerContainer::settings)
                    .toList();
        }

        @Override
        public @Nullable Boolean idempotent(String group) {
            return null;
        }
    }
}
