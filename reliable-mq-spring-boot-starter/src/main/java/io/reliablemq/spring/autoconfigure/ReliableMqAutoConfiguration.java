package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.MqClient;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.tls.ClientTls;
import io.reliablemq.spring.support.MessageMapper;
import io.reliablemq.spring.support.PayloadConverter;
import io.reliablemq.spring.support.ReliableMqConverter;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ResourceLoader;
import org.springframework.messaging.converter.MessageConverter;
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
@Import({
    NameServerConnectionConfiguration.class,
    EmbeddedBrokerConfiguration.class,
    SendingConfiguration.class,
    MessageListenerConfiguration.class
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
            ResourceLoader resources,
            ObjectProvider<Clock> clock) {
        if (details == null) {
            throw new NoBrokerException(ClassUtils.isPresent(BROKER_CLASS, resources.getClassLoader()));
        }
        SslBundle bundle = details.getSslBundle();
        ClientTls tls = bundle == null ? null : tls(bundle, bundles);
        return MqClient.create(
                settings.client(details.getNameServers(), tls), clock.getIfAvailable(() -> Clock.SYSTEM));
    }

    private ClientTls tls(SslBundle bundle, ObjectProvider<SslBundles> bundles) {
        ReliableMqProperties.Client.Ssl ssl = properties.client().ssl();
        return new ClientTls(BundledTls.of(bundle, bundles.getIfAvailable(), ssl.bundle()), ssl.verifyHostname());
    }

    /** What is embedded is there, or the start has failed already. */
    @Bean
    @ConditionalOnBean(ReliableMqConnectionDetails.class)
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
    PayloadConverter reliableMqPayloadConverter(
            ObjectProvider<JsonMapper> jsonMapper, @ReliableMqConverter ObjectProvider<MessageConverter> converters) {
        JsonMapper ofApplication = jsonMapper.getIfUnique();
        return PayloadConverter.json(
                () -> ofApplication == null
                        ? JsonMapper.builder().findAndAddModules().build()
                        : ofApplication,
                converters.orderedStream().toList());
    }

    @Bean
    @ConditionalOnMissingBean
    MessageMapper reliableMqMessageMapper(PayloadConverter converter) {
        return new MessageMapper(converter);
    }
}
