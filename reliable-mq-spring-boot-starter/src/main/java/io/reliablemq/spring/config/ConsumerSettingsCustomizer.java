package io.reliablemq.spring.config;

import io.reliablemq.client.api.PushConsumerSettings;

/**
 * Changes the settings of a group's consumer, which annotations, properties and defaults have made, before its container is
 * made: for what only code can say, such as an executor. Every bean of this type is applied, by order.
 */
@FunctionalInterface
public interface ConsumerSettingsCustomizer {

    void customize(String group, PushConsumerSettings.Builder settings);
}
