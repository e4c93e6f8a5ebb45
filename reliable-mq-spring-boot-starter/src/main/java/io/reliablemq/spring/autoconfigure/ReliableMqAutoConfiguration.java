package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.SendFailureHandler;
import io.reliablemq.client.api.StoreAndForward;
import io.reliablemq.protocol.tls.ClientTls;
import io.reliablemq.spring.core.ReliableMqOperations;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.support.MessageMapper;
import io.reliablemq.spring.support.PayloadConverter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sets up sending and listening, with an embedded broker where no other is named. Every bean gives way to one of the
 * application's.
 */
@AutoConfiguration(
        after = SslAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
            "org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration"
        })
@ConditionalOnClass(MqClient.class)
@ConditionalOnBooleanProperty(name = "reliable-mq.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ReliableMqProperties.class)
@Import({NameServerConnectionConfiguration.class, EmbeddedBrokerConfiguration.class, MessageListenerConfiguration.class
})
public final class ReliableMqAutoConfiguration {

    private static final String BROKER_CLASS = "io.reliablemq.broker.Broker";

    private final ReliableMqProperties properties;
    private final SettingsFromProperties settings;

    ReliableMqAutoConfiguration(ReliableMqProperties properties) {
        this.properties = properties;
        this.settings = new SettingsFromProperties(properties);
    }

    @Bean
    @ConditionalOnMissingBean
    MqClient reliableMqClient(
            @Nullable ReliableMqConnectionDetails details,
            ObjectProvider<SslBundles> bundles,
            ResourceLoader resources) {
        if (details == null) {
            throw new NoBrokerException(ClassUtils.isPresent(BROKER_CLASS, resources.getClassLoader()));
        }
        SslBundle bundle = details.getSslBundle();
        return MqClient.create(settings.client(details.getNameServers(), bundle == null ? null : tls(bundle, bundles)));
    }

    private ClientTls tls(SslBundle bundle, ObjectProvider<SslBundles> bundles) {
        ReliableMqProperties.Client.Ssl ssl = properties.client().ssl();
        return new ClientTls(BundledTls.of(bundle, bundles.getIfAvailable(), ssl.bundle()), ssl.verifyHostname());
    }

    /** What is embedded is there, or the start has failed already. */
    @Bean
    @ConditionalOnMissingBean(type = "io.reliablemq.spring.embedded.EmbeddedBroker")
    NameServerProbe reliableMqNameServerProbe(MqClient client, ReliableMqConnectionDetails details) {
        return new NameServerProbe(
                client::reachNameServers,
                details.getNameServers(),
                properties.client().requestTimeout(),
                properties.client().failFast());
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty("reliable-mq.producer.journal.enabled")
    StoreAndForward reliableMqJournal(MqClient client, Environment environment) {
        try {
            return client.storeAndForward(settings.journal(applicationName(environment)));
        } catch (IOException e) {
            throw new InvalidConfigurationPropertyValueException(
                    "reliable-mq.producer.journal.folder",
                    properties.producer().journal().folder(),
                    "the journal cannot be opened: " + e.getMessage());
        }
    }

    @Bean
    @ConditionalOnMissingBean
    Producer reliableMqProducer(
            MqClient client, Environment environment, ObjectProvider<SendFailureHandler> failureHandler) {
        ProducerSettings producer = settings.producer(applicationName(environment));
        SendFailureHandler handler = failureHandler.getIfUnique();
        return handler == null ? client.producer(producer) : client.producer(producer, handler);
    }

    private static @Nullable String applicationName(Environment environment) {
        return environment.getProperty("spring.application.name");
    }

    @Bean
    @ConditionalOnMissingBean
    PayloadConverter reliableMqPayloadConverter(ObjectProvider<JsonMapper> jsonMapper) {
        return PayloadConverter.json(jsonMapper.getIfUnique(
                () -> JsonMapper.builder().findAndAddModules().build()));
    }

    @Bean
    @ConditionalOnMissingBean
    MessageMapper reliableMqMessageMapper(PayloadConverter converter) {
        return new MessageMapper(converter);
    }

    @Bean
    @ConditionalOnMissingBean(ReliableMqOperations.class)
    ReliableMqTemplate reliableMqTemplate(Producer producer, MessageMapper mapper) {
        return new ReliableMqTemplate(producer, mapper);
    }
}
