package io.reliablemq.spring.autoconfigure;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The settings {@code reliable-mq.health.*}.
 *
 * @param maxLag Messages that a group may be behind in this application before its health is out of service. Any number if it is
 *     not set.
 * @param maxAge Time that a message may be in work in this application before its health is out of service. Any time if it is not
 *     set.
 * @param requireAssignedQueues Whether a group without a queue in this application makes its health out of service. With more
 *     members than queues some have none.
 * @param timeout Time for the answers of name servers and brokers.
 */
@ConfigurationProperties("reliable-mq.health")
record HealthProperties(
        @Nullable Long maxLag,
        @Nullable Duration maxAge,
        @DefaultValue("false") boolean requireAssignedQueues,
        @DefaultValue("2s") Duration timeout) {

    HealthProperties {
        SettingsFromProperties.positive("health.timeout", timeout);
        if (maxAge != null) {
            SettingsFromProperties.notNegative("health.max-age", maxAge);
        }
        if (maxLag != null && maxLag < 0) {
            throw new InvalidConfigurationPropertyValueException(
                    "reliable-mq.health.max-lag", maxLag, "it must not be negative");
        }
    }
}
