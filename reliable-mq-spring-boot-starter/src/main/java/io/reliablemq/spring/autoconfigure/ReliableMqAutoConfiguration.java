package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.Producer;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.spring.core.ReliableMqOperations;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.support.MessageMapper;
import io.reliablemq.spring.support.PayloadConverter;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
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

    private final SettingsFromProperties settings;

    ReliableMqAutoConfiguration(ReliableMqProperties properties) {
        this.settings = new SettingsFromProperties(properties);
    }

    @Bean
    @ConditionalOnMissingBean
    MqClient reliableMqClient(
            @Nullable ReliableMqConnectionDetails details, ResourceLoader resources, ObjectProvider<Clock> clock) {
        if (details == null) {
            throw new NoBrokerException(ClassUtils.isPresent(BROKER_CLASS, resources.getClassLoader()));
        }
        return MqClient.create(settings.client(details.getNameServers()), clock.getIfAvailable(() -> Clock.SYSTEM));
    }

    @Bean
    @ConditionalOnMissingBean
    Producer reliableMqProducer(MqClient client, Environment environment) {
        return client.producer(settings.producer(environment.getProperty("spring.application.name")));
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
