package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.MqClient;
import io.reliablemq.spring.actuate.ConsumerLag;
import io.reliablemq.spring.actuate.HealthBounds;
import io.reliablemq.spring.actuate.ReliableMqHealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Tells the health of the connection and of the consumers where the application has health. */
@AutoConfiguration(after = ReliableMqAutoConfiguration.class)
@ConditionalOnClass({MqClient.class, HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(MqClient.class)
@ConditionalOnEnabledHealthIndicator("reliable-mq")
@EnableConfigurationProperties(HealthProperties.class)
public final class ReliableMqHealthAutoConfiguration {

    ReliableMqHealthAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = {"reliableMqHealthIndicator", "reliableMqHealthContributor"})
    ReliableMqHealthIndicator reliableMqHealthIndicator(MqClient client, HealthProperties properties) {
        HealthBounds bounds = new HealthBounds(
                properties.maxLag(), properties.maxAge(), properties.requireAssignedQueues(), properties.timeout());
        return new ReliableMqHealthIndicator(client, new ConsumerLag(client, System::nanoTime), bounds);
    }
}
