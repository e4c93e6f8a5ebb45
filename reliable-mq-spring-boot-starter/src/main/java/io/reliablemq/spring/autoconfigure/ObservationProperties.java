package io.reliablemq.spring.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings {@code reliable-mq.observation.*}.
 *
 * @param enabled Whether sends and listeners are observed, where the application has an ObservationRegistry.
 */
@ConfigurationProperties("reliable-mq.observation")
record ObservationProperties(@DefaultValue("true") boolean enabled) {}
