package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.JournalSettings;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.SendFailureHandler;
import io.reliablemq.client.api.StoreAndForward;
import io.reliablemq.client.api.TransactionListener;
import io.reliablemq.client.api.TransactionProducer;
import io.reliablemq.spring.core.AfterCommitFailureHandler;
import io.reliablemq.spring.core.MessageCustomizer;
import io.reliablemq.spring.core.Outbox;
import io.reliablemq.spring.core.ProducerSettingsCustomizer;
import io.reliablemq.spring.core.ReliableMqOperations;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.core.ReliableMqTemplateCustomizer;
import io.reliablemq.spring.core.SendFailureHandlers;
import io.reliablemq.spring.support.MessageMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** Producers, what stands behind their failures, and the template before them. */
@Configuration(proxyBeanMethods = false)
class SendingConfiguration {

    private final ReliableMqProperties properties;
    private final SettingsFromProperties settings;
    private final ProducerSettings producerSettings;

    SendingConfiguration(
            ReliableMqProperties properties,
            Environment environment,
            ObjectProvider<ProducerSettingsCustomizer> customizers) {
        this.properties = properties;
        this.settings = new SettingsFromProperties(properties);
        ProducerSettings.Builder builder =
                settings.producer(environment.getProperty("spring.application.name")).toBuilder();
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        this.producerSettings = builder.build();
    }

    /** As the producer has it: a customizer may have changed what the property says. */
    Duration sendTimeout() {
        return producerSettings.sendTimeout();
    }

    /** Behind the application's own handlers, which come first where nothing else is said. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty("reliable-mq.producer.journal.enabled")
    StoreAndForward reliableMqJournal(MqClient client) {
        JournalSettings journal = settings.journal(producerSettings);
        try {
            return client.storeAndForward(journal);
        } catch (IOException e) {
            throw new JournalStartException(journal.folder(), e);
        }
    }

    @Bean
    @ConditionalOnMissingBean
    Producer reliableMqProducer(MqClient client, ObjectProvider<SendFailureHandler> handlers) {
        List<SendFailureHandler> inOrder = handlers.orderedStream().toList();
        return inOrder.isEmpty()
                ? client.producer(producerSettings)
                : client.producer(producerSettings, new SendFailureHandlers(inOrder));
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnSingleCandidate(TransactionListener.class)
    TransactionProducer reliableMqTransactionProducer(MqClient client, TransactionListener listener) {
        return client.transactionProducer(settings.transactionProducer(producerSettings), listener);
    }

    @Bean
    @ConditionalOnMissingBean(ReliableMqOperations.class)
    ReliableMqTemplate reliableMqTemplate(
            Producer producer,
            MessageMapper mapper,
            ObjectProvider<Outbox> outbox,
            ObjectProvider<TransactionProducer> transactions,
            ObjectProvider<AfterCommitFailureHandler> failureHandler,
            ObjectProvider<MessageCustomizer> messageCustomizers,
            ObjectProvider<ReliableMqTemplateCustomizer> customizers) {
        ReliableMqTemplate.Builder builder = ReliableMqTemplate.builder(producer, mapper)
                .inTransaction(properties.template().inTransaction())
                .maxMessageBytes(producerSettings.maxMessageBytes());
        outbox.ifUnique(builder::outbox);
        transactions.ifUnique(builder::transactionProducer);
        failureHandler.ifUnique(builder::afterCommitFailureHandler);
        messageCustomizers.orderedStream().forEach(builder::messageCustomizer);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }
}
