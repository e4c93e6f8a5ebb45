package io.reliablemq.client.api;

import io.reliablemq.protocol.message.Names;
import java.time.Duration;
import java.util.Map;

/**
 * Settings of a {@link PushConsumer} in cluster mode.
 *
 * @param group its consumer group; all members of a group must have the same subscriptions
 * @param subscriptions tag expression by topic: {@code *}, or tags joined by {@code ||}
 * @param consumeFrom where a new group starts (default the first offset)
 * @param threads how many messages are handled at once (default 20)
 * @param maxReconsumeTimes retries before a message becomes a dead letter (default 15; Apache RocketMQ: 16)
 * @param pullBatchSize messages asked for in one pull (default 32)
 * @param maxCachedMessages messages held per queue before pulling pauses (default 1,000)
 * @param maxCachedBytes body bytes held per queue before pulling pauses (default 16 MiB)
 * @param commitInterval how often offsets are stored in the broker (default 5 s)
 * @param shutdownTimeout how long closing waits for handlers in progress (default 30 s)
 */
public record PushConsumerSettings(
        String group,
        Map<String, String> subscriptions,
        ConsumeFrom consumeFrom,
        int threads,
        int maxReconsumeTimes,
        int pullBatchSize,
        int maxCachedMessages,
        long maxCachedBytes,
        Duration commitInterval,
        Duration shutdownTimeout) {

    public PushConsumerSettings {
        Names.requireGroup(group);
        subscriptions = Map.copyOf(subscriptions);
        if (subscriptions.isEmpty()) {
            throw new IllegalArgumentException(
                    "The consumer of group '" + group + "' has no subscription; name a topic");
        }
        subscriptions.keySet().forEach(Names::requireTopic);
        requireAtLeast("threads", threads, 1);
        requireAtLeast("maxReconsumeTimes", maxReconsumeTimes, 0);
        requireAtLeast("pullBatchSize", pullBatchSize, 1);
        requireAtLeast("maxCachedMessages", maxCachedMessages, 1);
        requireAtLeast("maxCachedBytes", maxCachedBytes, 1);
        requireAtLeast("commitInterval in ms", commitInterval.toMillis(), 1);
        requireAtLeast("shutdownTimeout in ms", shutdownTimeout.toMillis(), 0);
    }

    public static PushConsumerSettings of(String group, Map<String, String> subscriptions) {
        return new PushConsumerSettings(
                group,
                subscriptions,
                ConsumeFrom.FIRST_OFFSET,
                20,
                15,
                32,
                1_000,
                16L * 1024 * 1024,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30));
    }

    public PushConsumerSettings withThreads(int count) {
        return new PushConsumerSettings(
                group,
                subscriptions,
                consumeFrom,
                count,
                maxReconsumeTimes,
                pullBatchSize,
                maxCachedMessages,
                maxCachedBytes,
                commitInterval,
                shutdownTimeout);
    }

    public PushConsumerSettings withConsumeFrom(ConsumeFrom from) {
        return new PushConsumerSettings(
                group,
                subscriptions,
                from,
                threads,
                maxReconsumeTimes,
                pullBatchSize,
                maxCachedMessages,
                maxCachedBytes,
                commitInterval,
                shutdownTimeout);
    }

    public PushConsumerSettings withMaxReconsumeTimes(int times) {
        return new PushConsumerSettings(
                group,
                subscriptions,
                consumeFrom,
                threads,
                times,
                pullBatchSize,
                maxCachedMessages,
                maxCachedBytes,
                commitInterval,
                shutdownTimeout);
    }

    public PushConsumerSettings withShutdownTimeout(Duration timeout) {
        return new PushConsumerSettings(
                group,
                subscriptions,
                consumeFrom,
                threads,
                maxReconsumeTimes,
                pullBatchSize,
                maxCachedMessages,
                maxCachedBytes,
                commitInterval,
                timeout);
    }

    private static void requireAtLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be at least " + least);
        }
    }
}
