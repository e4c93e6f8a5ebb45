package io.reliablemq.spring.core;

import io.reliablemq.client.api.ProducerSettings;

/**
 * Changes the settings of the producers that the auto-configuration makes, after the properties have been applied. Beans of this
 * type are called in their order.
 */
@FunctionalInterface
public interface ProducerSettingsCustomizer {

    void customize(ProducerSettings.Builder settings);
}
