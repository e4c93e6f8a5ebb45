package io.reliablemq.spring.autoconfigure;

import static io.reliablemq.spring.autoconfigure.SettingsFromProperties.atLeast;
import static io.reliablemq.spring.autoconfigure.SettingsFromProperties.bytes;
import static io.reliablemq.spring.autoconfigure.SettingsFromProperties.notNegative;
import static io.reliablemq.spring.autoconfigure.SettingsFromProperties.positive;
import static io.reliablemq.spring.autoconfigure.SettingsFromProperties.refused;

import io.reliablemq.client.api.AllocationStrategy;
import io.reliablemq.client.api.CacheLimits;
import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.ConsumerEvents;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.RetrySettings;
import io.reliablemq.spring.config.ContainerDefaults;
import io.reliablemq.spring.listener.AllConsumerEvents;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;

/** Makes what containers have in common of the properties; a value that makes no sense is refused by the property's name. */
final class ConsumerSettings {

    private final ReliableMqProperties.Consumer consumer;
    private final String instanceName;

    ConsumerSettings(ReliableMqProperties properties) {
        this.consumer = properties.consumer();
        this.instanceName = properties.client().instanceName();
    }

    /** @param events who hears of what somebody should look at */
    ContainerDefaults defaults(List<ConsumerEvents> events) {
        return ContainerDefaults.ofClient()
                .withSettings(builder ->
                        events.isEmpty() ? apply(builder) : apply(builder).events(new AllConsumerEvents(events)))
                .withModel(consumer.messageModel())
                .withOffsetFolder(this::offsetFolder)
                .withBatchSize(atLeast("consumer.consume-batch-size", consumer.consumeBatchSize(), 1))
                .withAutoStartup(consumer.autoStartup());
    }

    private PushConsumerSettings.Builder apply(PushConsumerSettings.Builder builder) {
        start(builder);
        return builder.threads(atLeast("consumer.concurrency", consumer.concurrency(), 1))
                .consumeMode(consumer.consumeMode())
                .retries(retries())
                .pullBatchSize(atLeast("consumer.pull-batch-size", consumer.pullBatchSize(), 1))
                .cache(new CacheLimits(
                        atLeast("consumer.max-cached-messages", consumer.maxCachedMessages(), 1),
                        bytes("consumer.max-cached-size", consumer.maxCachedSize()),
                        atLeast("consumer.max-total-cached-messages", consumer.maxTotalCachedMessages(), 1),
                        bytes("consumer.max-total-cached-size", consumer.maxTotalCachedSize())))
                .maxMessagesPerSecond(rate())
                .consumeTimeout(positive("consumer.consume-timeout", consumer.consumeTimeout()))
                .stuckAfter(positive("consumer.stuck-after", consumer.stuckAfter()))
                .commitInterval(positive("consumer.commit-interval", consumer.commitInterval()))
                .shutdownTimeout(notNegative("consumer.shutdown-timeout", consumer.shutdownTimeout()))
                .allocation(allocation());
    }

    private void start(PushConsumerSettings.Builder builder) {
        Instant timestamp = consumer.consumeTimestamp();
        if (consumer.consumeFrom() != ConsumeFrom.TIMESTAMP) {
            builder.consumeFrom(consumer.consumeFrom());
        } else if (timestamp == null) {
            throw refused(
                    "consumer.consume-from", "timestamp", "it needs reliable-mq.consumer.consume-timestamp to be set");
        } else {
            builder.consumeFrom(timestamp);
        }
    }

    private RetrySettings retries() {
        int most = atLeast("consumer.max-reconsume-times", consumer.maxReconsumeTimes(), 0);
        try {
            return new RetrySettings(
                    most, consumer.retryDelays(), new LinkedHashSet<>(consumer.nonRetryableExceptions()));
        } catch (IllegalArgumentException e) {
            throw refused("consumer.retry-delays", consumer.retryDelays(), e.getMessage());
        }
    }

    private double rate() {
        double rate = consumer.maxMessagesPerSecond();
        if (!(rate >= 0 && Double.isFinite(rate))) {
            throw refused("consumer.max-messages-per-second", rate, "it must be a number above 0, or 0 for no limit");
        }
        return rate;
    }

    private AllocationStrategy allocation() {
        return switch (consumer.allocation()) {
            case AVERAGELY -> AllocationStrategy.averagely();
            case CONSISTENT_HASH -> AllocationStrategy.consistentHash();
            case STICKY -> AllocationStrategy.sticky();
        };
    }

    /** Group names are such that all but the bar can stand in a path everywhere. */
    private Path offsetFolder(String group) {
        List<String> names = List.of(instanceName, group);
        Path folder = consumer.offsetFolder();
        for (String name : names) {
            folder = folder.resolve(name.replaceAll("[^%a-zA-Z0-9_-]", "_"));
        }
        return folder;
    }
}
