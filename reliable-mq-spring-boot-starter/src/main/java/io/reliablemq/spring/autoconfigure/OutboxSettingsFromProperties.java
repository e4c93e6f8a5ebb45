package io.reliablemq.spring.autoconfigure;

import io.reliablemq.spring.outbox.OutboxSettings;
import java.time.Duration;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** Makes the outbox's settings of the properties; a value that makes no sense is refused by the property's name. */
final class OutboxSettingsFromProperties {

    private static final String PREFIX = "reliable-mq.outbox.";

    private OutboxSettingsFromProperties() {}

    /** @param sendTimeout of the producer that sends */
    static OutboxSettings of(OutboxProperties properties, Duration sendTimeout) {
        OutboxProperties.Relay relay = properties.getRelay();
        require(
                "table-prefix",
                properties.getTablePrefix(),
                properties.getTablePrefix().matches("[A-Za-z0-9_.]*"),
                "it may have letters, digits, underscores, and points between schema and name");
        require("max-rows", properties.getMaxRows(), properties.getMaxRows() > 0, "it must be at least 1");
        require(
                "retention",
                properties.getRetention(),
                !properties.getRetention().isNegative(),
                "it must not be negative");
        positive("relay.poll-interval", relay.getPollInterval());
        positive("relay.first-pause", relay.getFirstPause());
        require("relay.max-in-flight", relay.getMaxInFlight(), relay.getMaxInFlight() > 0, "it must be at least 1");
        require(
                "relay.longest-pause",
                relay.getLongestPause(),
                relay.getLongestPause().compareTo(relay.getFirstPause()) >= 0,
                "it must be at least first-pause, which is " + relay.getFirstPause());
        Duration shortest = sendTimeout.multipliedBy(2);
        require(
                "relay.lease",
                relay.getLease(),
                relay.getLease().compareTo(shortest) >= 0,
                "it must be at least twice reliable-mq.producer.send-timeout, " + shortest
                        + ", so that a send ends before another instance may repeat it");
        return new OutboxSettings(
                properties.getTablePrefix(),
                properties.getMaxRows(),
                properties.getRetention(),
                new OutboxSettings.Relay(
                        relay.getPollInterval(),
                        relay.getLease(),
                        sendTimeout,
                        relay.getMaxInFlight(),
                        relay.getFirstPause(),
                        relay.getLongestPause()));
    }

    private static void positive(String name, Duration value) {
        require(name, value, value.toMillis() >= 1, "it must be at least 1ms");
    }

    private static void require(String name, Object value, boolean holds, String reason) {
        if (!holds) {
            throw new InvalidConfigurationPropertyValueException(PREFIX + name, value, reason);
        }
    }
}
