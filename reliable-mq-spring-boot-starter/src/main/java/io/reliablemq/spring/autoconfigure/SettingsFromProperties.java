package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.Compression;
import io.reliablemq.client.api.JournalSettings;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.tls.ClientTls;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/** Makes the client's settings of the properties; a value that makes no sense is refused by the property's name. */
final class SettingsFromProperties {

    private static final String PREFIX = "reliable-mq.";
    private static final String JOURNAL = "-journal";
    private static final String DEFAULT_PRODUCER_GROUP = "reliable-mq-producer";

    private final ReliableMqProperties properties;

    SettingsFromProperties(ReliableMqProperties properties) {
        this.properties = properties;
    }

    /** @param tls how connections are encrypted; null for plain ones */
    ClientSettings client(List<String> nameServers, @Nullable ClientTls tls) {
        ReliableMqProperties.Client client = properties.client();
        return new ClientSettings(
                nameServers,
                client.instanceName(),
                positive("client.route-refresh-interval", client.routeRefreshInterval()),
                positive("client.heartbeat-interval", client.heartbeatInterval()),
                positive("client.request-timeout", client.requestTimeout()),
                client.headerFormat(),
                tls);
    }

    /** @param applicationName what the producer group is derived from if none is set */
    ProducerSettings producer(@Nullable String applicationName) {
        ReliableMqProperties.Producer producer = properties.producer();
        return ProducerSettings.builder(producerGroup(producer.group(), applicationName))
                .sendTimeout(positive("producer.send-timeout", producer.sendTimeout()))
                .retryTimesWhenSendFailed(
                        atLeast("producer.retry-times-when-send-failed", producer.retryTimesWhenSendFailed(), 0))
                .retryTimesWhenSendAsyncFailed(atLeast(
                        "producer.retry-times-when-send-async-failed", producer.retryTimesWhenSendAsyncFailed(), 0))
                .retryAnotherBrokerWhenNotStoreOK(producer.retryAnotherBrokerWhenNotStoreOk())
                .maxMessageBytes(bytes("producer.max-message-size", producer.maxMessageSize()))
                .defaultTopicQueueCount(
                        atLeast("producer.default-topic-queue-count", producer.defaultTopicQueueCount(), 1))
                .maxInFlight(atLeast("producer.max-in-flight", producer.maxInFlight(), 1))
                .whenFull(producer.whenFull())
                .compression(compression(producer.compression()))
                .build();
    }

    /** The settings of a producer like this one in a group of its own. */
    ProducerSettings transactionProducer(ProducerSettings like) {
        String group = properties.producer().transactionGroup();
        String name = "producer.transaction-group";
        return inGroup(like, StringUtils.hasText(group) ? group : like.group() + "-transactions", name);
    }

    /** @param like how the messages of the journal are sent */
    JournalSettings journal(ProducerSettings like) {
        ReliableMqProperties.Producer.Journal journal = properties.producer().journal();
        Duration first = positive("producer.journal.first-pause", journal.firstPause());
        if (journal.longestPause().compareTo(first) < 0) {
            throw refused(
                    "producer.journal.longest-pause",
                    journal.longestPause(),
                    "it must be at least first-pause, which is " + first);
        }
        if (journal.maxSize().toBytes() < 1) {
            throw refused("producer.journal.max-size", journal.maxSize(), "it must be at least 1B");
        }
        return new JournalSettings(
                journal.folder(),
                inGroup(like, journalGroup(like.group()), "producer.group"),
                journal.maxSize().toBytes(),
                first,
                journal.longestPause());
    }

    /** Messages of the journal are sent by a group of their own, so that an operator can tell them apart. */
    private static String journalGroup(String group) {
        return group.substring(0, Math.min(group.length(), Names.MAX_GROUP_LENGTH - JOURNAL.length())) + JOURNAL;
    }

    private static ProducerSettings inGroup(ProducerSettings like, String group, String property) {
        try {
            return like.toBuilder(Names.requireGroup(group)).build();
        } catch (IllegalArgumentException e) {
            throw refused(property, group, e.getMessage());
        }
    }

    private static Compression compression(ReliableMqProperties.Producer.Compression compression) {
        if (!compression.enabled()) {
            return Compression.NONE;
        }
        long above = compression.above().toBytes();
        if (above < 0 || above > Integer.MAX_VALUE) {
            throw refused(
                    "producer.compression.above", compression.above(), "it must be at least 0B and less than 2GB");
        }
        return new Compression(compression.format(), (int) above);
    }

    private static String producerGroup(@Nullable String group, @Nullable String applicationName) {
        if (StringUtils.hasText(group)) {
            try {
                return Names.requireGroup(group);
            } catch (IllegalArgumentException e) {
                throw refused("producer.group", group, e.getMessage());
            }
        }
        if (!StringUtils.hasText(applicationName)) {
            return DEFAULT_PRODUCER_GROUP;
        }
        String name = applicationName.strip().replaceAll("[^%|a-zA-Z0-9_-]", "-");
        return name.substring(0, Math.min(name.length(), Names.MAX_GROUP_LENGTH));
    }

    static Duration positive(String name, Duration value) {
        if (value.toMillis() < 1) {
            throw refused(name, value, "it must be at least 1ms");
        }
        return value;
    }

    static Duration notNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw refused(name, value, "it must not be negative");
        }
        return value;
    }

    static int atLeast(String name, int value, int least) {
        if (value < least) {
            throw refused(name, value, "it must be at least " + least);
        }
        return value;
    }

    static int bytes(String name, DataSize value) {
        if (value.toBytes() < 1 || value.toBytes() > Integer.MAX_VALUE) {
            throw refused(name, value, "it must be at least 1B and less than 2GB");
        }
        return (int) value.toBytes();
    }

    static InvalidConfigurationPropertyValueException refused(String name, Object value, @Nullable String reason) {
        return new InvalidConfigurationPropertyValueException(PREFIX + name, value, reason);
    }
}
