package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.StoreAndForward;
import io.reliablemq.spring.config.MessageListenerEndpointRegistry;
import io.reliablemq.spring.core.AfterCommitFigures;
import io.reliablemq.spring.core.Outbox;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.core.TransactionMode;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.util.function.SingletonSupplier;

/** Reports what the running configuration guarantees, and refuses what a strict guarantee does not allow. */
@AutoConfiguration(after = {ReliableMqAutoConfiguration.class, ReliableMqObservationAutoConfiguration.class})
@ConditionalOnBean(MqClient.class)
@EnableConfigurationProperties({GuaranteeModeProperties.class, GuaranteeProperties.class})
public final class GuaranteeAutoConfiguration {

    GuaranteeAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    ListeningFacts reliableMqListeningFacts(ObjectProvider<MessageListenerEndpointRegistry> registry) {
        return new RegisteredListeners(remembered(registry));
    }

    @Bean
    @ConditionalOnMissingBean
    ApplicationFacts reliableMqApplicationFacts(
            MqClient client,
            ListeningFacts listening,
            ObjectProvider<OneWaySends> oneWaySends,
            ObjectProvider<StoreAndForward> journals,
            ObjectProvider<Outbox> outboxes,
            ObjectProvider<ReliableMqTemplate> templates,
            ReliableMqProperties properties) {
        // Looked up once, with the first report: later ones may be made on a thread that must not wait for beans.
        Supplier<List<OneWaySends>> oneWay = remembered(oneWaySends);
        Supplier<List<StoreAndForward>> journal = remembered(journals);
        Supplier<List<Outbox>> outbox = remembered(outboxes);
        Supplier<List<ReliableMqTemplate>> template = remembered(templates);
        return new ClientFacts(
                client,
                listening,
                new ClientFacts.Sending(
                        () -> oneWay.get().stream()
                                .mapToLong(OneWaySends::count)
                                .sum(),
                        () -> !journal.get().isEmpty(),
                        () -> !outbox.get().isEmpty(),
                        () -> properties.template().inTransaction() == TransactionMode.AFTER_COMMIT
                                || template.get().stream().anyMatch(GuaranteeAutoConfiguration::hasSentAfterCommit)));
    }

    private static <T> Supplier<List<T>> remembered(ObjectProvider<T> beans) {
        return SingletonSupplier.of(() -> beans.stream().toList());
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
    GuaranteeReporter reliableMqGuaranteeReporter(
            MqClient client, GuaranteeInspector inspector, ObjectProvider<ApplicationArguments> started) {
        GuaranteeReporter reporter = new GuaranteeReporter(inspector, client::onBrokersChange);
        // There are arguments where a SpringApplication has made the context, and nobody else tells when it is ready.
        if (started.stream().findAny().isEmpty()) {
            reporter.ready();
        }
        return reporter;
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "reliable-mq.guarantee-report.enabled", matchIfMissing = true)
    ReportWhenReady reliableMqGuaranteeReportWhenReady(GuaranteeReporter reporter) {
        return new ReportWhenReady(reporter);
    }

    @Bean
    @ConditionalOnProperty(name = "reliable-mq.guarantee", havingValue = "strict")
    StrictGuarantee reliableMqStrictGuarantee(GuaranteeInspector inspector, GuaranteeProperties properties) {
        return new StrictGuarantee(inspector, properties.timeout());
    }

    private static boolean hasSentAfterCommit(ReliableMqTemplate template) {
        AfterCommitFigures figures = template.afterCommitFigures();
        return figures.waiting() + figures.sent() + figures.failed() > 0;
    }

    /** So that the report takes nothing from the start. */
    record ReportWhenReady(GuaranteeReporter reporter) implements ApplicationListener<ApplicationReadyEvent> {

        @Override
        public void onApplicationEvent(ApplicationReadyEvent event) {
            reporter.ready();
        }
    }

    /** The listeners that the application declares. */
    private record RegisteredListeners(Supplier<List<MessageListenerEndpointRegistry>> registries)
            implements ListeningFacts {

        @Override
        public List<PushConsumerSettings> groups() {
            return registries.get().stream()
                    .flatMap(each -> each.containers().stream())
                    .map(MessageListenerContainer::settings)
                    .toList();
        }

        @Override
        public @Nullable Boolean idempotent(String group) {
            for (MessageListenerEndpointRegistry registry : registries.get()) {
                boolean declared = registry.containers().stream()
                        .anyMatch(container -> container.settings().group().equals(group));
                if (declared) {
                    return registry.isIdempotent(group);
                }
            }
            return null;
        }
    }
}
