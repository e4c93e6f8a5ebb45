package io.reliablemq.client.api;

import io.reliablemq.protocol.message.Names;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a {@link PushConsumer}. Most are left as they are; begin with {@link #of(String, Map)} or
 * {@link #builder(String)}.
 *
 * @param group its consumer group; all members of a group must have the same subscriptions, model and mode
 * @param subscriptions tag expression by topic: {@code *}, or tags joined by {@code ||}
 * @param sqlSubscriptions SQL92 expression over the properties of a message, by topic; evaluated in the broker. A topic has
 *     one subscription, by tag or by expression
 * @param messageModel whether members share the messages or each get all of them (default: share)
 * @param consumeMode whether the messages of a queue are handled at once or in order (default: at once)
 * @param consumeFrom where a new group starts (default the first offset)
 * @param consumeTimestamp the time for {@link ConsumeFrom#TIMESTAMP}, by the broker's clock; null otherwise
 * @param threads how many messages, or batches, are handled at once at the most (default 20). The consumer's own threads are two to
 *     four while the listener is quick, and grow to as many when it waits for something
 * @param executor runs the listener, on a thread other than the caller's; null (the default) for threads of the consumer's own.
 *     Not closed by the consumer
 * @param retries what becomes of messages that fail
 * @param pullBatchSize messages asked for in one pull, no more than {@code cache} allows for a queue (default 256; an answer has
 *     256 KiB at most, and a broker may give fewer)
 * @param consumeBatchSize most messages in one call of a {@link BatchMessageHandler} (default 1)
 * @param cache how much is fetched ahead
 * @param maxMessagesPerSecond messages handed out in a second; 0 (the default) for no limit
 * @param consumeTimeout how long a listener may take (default 15 min). After that it is reported, and in cluster mode, unless
 *     it is {@link ConsumeMode#ORDERLY} or {@linkplain PushConsumer#extendLease has asked for more time}, its messages go back
 *     to the broker, and what it says of them later is not heard
 * @param stuckAfter a message that is not finished for longer is reported (default 10 min)
 * @param commitInterval how often offsets are stored (default 5 s)
 * @param shutdownTimeout how long closing waits for handlers in progress (default 30 s)
 * @param allocation how members share the queues (default averagely)
 * @param offsetFolder where offsets are kept in broadcast mode; it must survive a restart and belong to this consumer alone.
 *     Null otherwise
 * @param events hears of what somebody should look at
 */
public record PushConsumerSettings(
        String group,
        Map<String, String> subscriptions,
        Map<String, String> sqlSubscriptions,
        MessageModel messageModel,
        ConsumeMode consumeMode,
        ConsumeFrom consumeFrom,
        @Nullable Instant consumeTimestamp,
        int threads,
        @Nullable Executor executor,
        RetrySettings retries,
        int pullBatchSize,
        int consumeBatchSize,
        CacheLimits cache,
        double maxMessagesPerSecond,
        Duration consumeTimeout,
        Duration stuckAfter,
        Duration commitInterval,
        Duration shutdownTimeout,
        AllocationStrategy allocation,
        @Nullable Path offsetFolder,
        ConsumerEvents events) {

    public PushConsumerSettings {
        Names.requireGroup(group);
        subscriptions = Map.copyOf(subscriptions);
        sqlSubscriptions = Map.copyOf(sqlSubscriptions);
        requireSubscriptions(group, subscriptions, sqlSubscriptions);
        requireAtLeast("threads", threads, 1);
        requireAtLeast("pullBatchSize", pullBatchSize, 1);
        requireAtLeast("consumeBatchSize", consumeBatchSize, 1);
        requireAtLeast("consumeTimeout in ms", consumeTimeout.toMillis(), 1);
        requireAtLeast("stuckAfter in ms", stuckAfter.toMillis(), 1);
        requireAtLeast("commitInterval in ms", commitInterval.toMillis(), 1);
        requireAtLeast("shutdownTimeout in ms", shutdownTimeout.toMillis(), 0);
        if (!(maxMessagesPerSecond >= 0)) {
            throw new IllegalArgumentException("maxMessagesPerSecond is " + maxMessagesPerSecond
                    + "; it must be a number above 0, or 0 for no limit");
        }
        if (consumeFrom == ConsumeFrom.TIMESTAMP && consumeTimestamp == null) {
            throw new IllegalArgumentException("The group '" + group + "' is to start at a time; set consumeTimestamp");
        }
        if (messageModel == MessageModel.BROADCASTING && offsetFolder == null) {
            throw new IllegalArgumentException(
                    "The group '" + group + "' consumes by broadcast, so that its offsets are"
                            + " kept here; set offsetFolder to a folder that survives a restart");
        }
    }

    private static void requireSubscriptions(String group, Map<String, String> byTag, Map<String, String> bySql) {
        if (byTag.isEmpty() && bySql.isEmpty()) {
            throw new IllegalArgumentException(
                    "The consumer of group '" + group + "' has no subscription; name a topic");
        }
        byTag.keySet().forEach(Names::requireTopic);
        bySql.forEach((topic, expression) -> {
            Names.requireTopic(topic);
            if (byTag.containsKey(topic)) {
                throw new IllegalArgumentException("The group '" + group + "' subscribes to topic '" + topic
                        + "' both by tag and by expression; keep one");
            }
            if (expression.isBlank()) {
                throw new IllegalArgumentException("The expression for topic '" + topic + "' is empty");
            }
        });
    }

    /** The settings that most applications choose; the others have their defaults. */
    public PushConsumerSettings(
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
        this(
                group,
                subscriptions,
                Map.of(),
                MessageModel.CLUSTERING,
                ConsumeMode.CONCURRENTLY,
                consumeFrom,
                null,
                threads,
                null,
                RetrySettings.of(maxReconsumeTimes),
                pullBatchSize,
                1,
                new CacheLimits(
                        maxCachedMessages,
                        maxCachedBytes,
                        CacheLimits.DEFAULT.maxMessages(),
                        CacheLimits.DEFAULT.maxBytes()),
                0,
                Duration.ofMinutes(15),
                Duration.ofMinutes(10),
                commitInterval,
                shutdownTimeout,
                AllocationStrategy.averagely(),
                null,
                ConsumerEvents.NONE);
    }

    public static PushConsumerSettings of(String group, Map<String, String> subscriptions) {
        Builder builder = builder(group);
        subscriptions.forEach(builder::subscribe);
        return builder.build();
    }

    /** A builder that starts with the defaults. */
    public static Builder builder(String group) {
        return new Builder(group);
    }

    /** A builder that holds these settings. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    public int maxReconsumeTimes() {
        return retries.maxReconsumeTimes();
    }

    public boolean isOrderly() {
        return consumeMode == ConsumeMode.ORDERLY;
    }

    public boolean isBroadcasting() {
        return messageModel == MessageModel.BROADCASTING;
    }

    public PushConsumerSettings withThreads(int count) {
        return toBuilder().threads(count).build();
    }

    public PushConsumerSettings withConsumeFrom(ConsumeFrom from) {
        return toBuilder().consumeFrom(from).build();
    }

    public PushConsumerSettings withMaxReconsumeTimes(int times) {
        return toBuilder()
                .retries(new RetrySettings(times, retries.delays(), retries.nonRetryable()))
                .build();
    }

    public PushConsumerSettings withShutdownTimeout(Duration timeout) {
        return toBuilder().shutdownTimeout(timeout).build();
    }

    private static void requireAtLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be at least " + least);
        }
    }

    /** Collects settings, each with its default until it is set. Not thread-safe. */
    public static final class Builder {

        private final String group;
        private final Map<String, String> subscriptions = new LinkedHashMap<>();
        private final Map<String, String> sqlSubscriptions = new LinkedHashMap<>();
        private MessageModel messageModel = MessageModel.CLUSTERING;
        private ConsumeMode consumeMode = ConsumeMode.CONCURRENTLY;
        private ConsumeFrom consumeFrom = ConsumeFrom.FIRST_OFFSET;
        private @Nullable Instant consumeTimestamp;
        private int threads = 20;
        private @Nullable Executor executor;
        private RetrySettings retries = RetrySettings.of(15);
        private int pullBatchSize = 256;
        private int consumeBatchSize = 1;
        private CacheLimits cache = CacheLimits.DEFAULT;
        private double maxMessagesPerSecond;
        private Duration consumeTimeout = Duration.ofMinutes(15);
        private Duration stuckAfter = Duration.ofMinutes(10);
        private Duration commitInterval = Duration.ofSeconds(5);
        private Duration shutdownTimeout = Duration.ofSeconds(30);
        private AllocationStrategy allocation = AllocationStrategy.averagely();
        private @Nullable Path offsetFolder;
        private ConsumerEvents events = ConsumerEvents.NONE;

        private Builder(String group) {
            this.group = group;
        }

        private Builder(PushConsumerSettings from) {
            this.group = from.group;
            this.subscriptions.putAll(from.subscriptions);
            this.sqlSubscriptions.putAll(from.sqlSubscriptions);
            this.messageModel = from.messageModel;
            this.consumeMode = from.consumeMode;
            this.consumeFrom = from.consumeFrom;
            this.consumeTimestamp = from.consumeTimestamp;
            this.threads = from.threads;
            this.executor = from.executor;
            this.retries = from.retries;
            this.pullBatchSize = from.pullBatchSize;
            this.consumeBatchSize = from.consumeBatchSize;
            this.cache = from.cache;
            this.maxMessagesPerSecond = from.maxMessagesPerSecond;
            this.consumeTimeout = from.consumeTimeout;
            this.stuckAfter = from.stuckAfter;
            this.commitInterval = from.commitInterval;
            this.shutdownTimeout = from.shutdownTimeout;
            this.allocation = from.allocation;
            this.offsetFolder = from.offsetFolder;
            this.events = from.events;
        }

        /** @param tags {@code *}, or tags joined by {@code ||} */
        public Builder subscribe(String topic, String tags) {
            subscriptions.put(topic, tags);
            return this;
        }

        /** @param expression SQL92 over the message's properties, such as {@code amount > 100 AND region = 'EU'} */
        public Builder subscribeBySql(String topic, String expression) {
            sqlSubscriptions.put(topic, expression);
            return this;
        }

        /** Every member gets every message; offsets are kept in the folder. */
        public Builder broadcasting(Path folder) {
            this.messageModel = MessageModel.BROADCASTING;
            this.offsetFolder = folder;
            return this;
        }

        public Builder consumeFrom(Instant timestamp) {
            this.consumeFrom = ConsumeFrom.TIMESTAMP;
            this.consumeTimestamp = timestamp;
            return this;
        }

        public Builder maxReconsumeTimes(int times) {
            return retries(new RetrySettings(times, retries.delays(), retries.nonRetryable()));
        }

        public Builder consumeMode(ConsumeMode value) {
            this.consumeMode = value;
            return this;
        }

        public Builder consumeFrom(ConsumeFrom value) {
            this.consumeFrom = value;
            return this;
        }

        public Builder threads(int value) {
            this.threads = value;
            return this;
        }

        public Builder executor(Executor value) {
            this.executor = value;
            return this;
        }

        public Builder retries(RetrySettings value) {
            this.retries = value;
            return this;
        }

        public Builder pullBatchSize(int value) {
            this.pullBatchSize = value;
            return this;
        }

        public Builder consumeBatchSize(int value) {
            this.consumeBatchSize = value;
            return this;
        }

        public Builder cache(CacheLimits value) {
            this.cache = value;
            return this;
        }

        public Builder maxMessagesPerSecond(double value) {
            this.maxMessagesPerSecond = value;
            return this;
        }

        public Builder consumeTimeout(Duration value) {
            this.consumeTimeout = value;
            return this;
        }

        public Builder stuckAfter(Duration value) {
            this.stuckAfter = value;
            return this;
        }

        public Builder commitInterval(Duration value) {
            this.commitInterval = value;
            return this;
        }

        public Builder shutdownTimeout(Duration value) {
            this.shutdownTimeout = value;
            return this;
        }

        public Builder allocation(AllocationStrategy value) {
            this.allocation = value;
            return this;
        }

        public Builder events(ConsumerEvents value) {
            this.events = value;
            return this;
        }

        /** @throws IllegalArgumentException naming the setting that is out of range, or contradicts another */
        public PushConsumerSettings build() {
            return new PushConsumerSettings(
                    group,
                    subscriptions,
                    sqlSubscriptions,
                    messageModel,
                    consumeMode,
                    consumeFrom,
                    consumeTimestamp,
                    threads,
                    executor,
                    retries,
                    pullBatchSize,
                    consumeBatchSize,
                    cache,
                    maxMessagesPerSecond,
                    consumeTimeout,
                    stuckAfter,
                    commitInterval,
                    shutdownTimeout,
                    allocation,
                    offsetFolder,
                    events);
        }
    }
}
