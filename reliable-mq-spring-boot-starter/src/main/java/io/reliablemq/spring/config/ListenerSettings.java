package io.reliablemq.spring.config;

import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.MessageModel;
import io.reliablemq.client.api.PushConsumerSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a listener asks of the consumer that it shares with its group; null where it leaves that to the others, and in the end to
 * the application's defaults. For what each means, see {@link PushConsumerSettings}.
 *
 * @param concurrency messages, or batches, that are handled at once by the group
 * @param batch whether the listener takes several messages in one call
 * @param batchSize most messages in one call; null for the default also where it takes batches
 * @param retryDelays time before each retry, the last one also for all further ones
 * @param nonRetryable exceptions that make a message a dead letter at once, beside those of the application's defaults
 * @param consumeTimestamp where a new group starts, if it is to start at a time
 * @param autoStartup whether the container starts with the application
 */
public record ListenerSettings(
        @Nullable ConsumeMode mode,
        @Nullable MessageModel model,
        @Nullable Integer concurrency,
        boolean batch,
        @Nullable Integer batchSize,
        @Nullable Integer maxReconsumeTimes,
        @Nullable List<Duration> retryDelays,
        @Nullable Set<Class<? extends Throwable>> nonRetryable,
        @Nullable ConsumeFrom consumeFrom,
        @Nullable Instant consumeTimestamp,
        @Nullable Duration consumeTimeout,
        @Nullable Double maxMessagesPerSecond,
        @Nullable Boolean autoStartup) {

    /** Leaves everything to the defaults. */
    public static final ListenerSettings DEFAULTS = new Builder().build();

    public ListenerSettings {
        retryDelays = retryDelays == null ? null : List.copyOf(retryDelays);
        nonRetryable = nonRetryable == null ? null : Set.copyOf(nonRetryable);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {

        private @Nullable ConsumeMode mode;
        private @Nullable MessageModel model;
        private @Nullable Integer concurrency;
        private boolean batch;
        private @Nullable Integer batchSize;
        private @Nullable Integer maxReconsumeTimes;
        private @Nullable List<Duration> retryDelays;
        private @Nullable Set<Class<? extends Throwable>> nonRetryable;
        private @Nullable ConsumeFrom consumeFrom;
        private @Nullable Instant consumeTimestamp;
        private @Nullable Duration consumeTimeout;
        private @Nullable Double maxMessagesPerSecond;
        private @Nullable Boolean autoStartup;

        private Builder() {}

        public Builder mode(@Nullable ConsumeMode value) {
            this.mode = value;
            return this;
        }

        public Builder model(@Nullable MessageModel value) {
            this.model = value;
            return this;
        }

        public Builder concurrency(@Nullable Integer value) {
            this.concurrency = value;
            return this;
        }

        /** Several messages in one call, as many as the default says. */
        public Builder batch(boolean value) {
            this.batch = value;
            return this;
        }

        /** Several messages in one call, at most so many. */
        public Builder batchSize(@Nullable Integer most) {
            this.batch = batch || most != null;
            this.batchSize = most;
            return this;
        }

        public Builder maxReconsumeTimes(@Nullable Integer value) {
            this.maxReconsumeTimes = value;
            return this;
        }

        public Builder retryDelays(@Nullable List<Duration> value) {
            this.retryDelays = value;
            return this;
        }

        public Builder nonRetryable(@Nullable Set<Class<? extends Throwable>> value) {
            this.nonRetryable = value;
            return this;
        }

        public Builder consumeFrom(@Nullable ConsumeFrom value) {
            this.consumeFrom = value;
            return this;
        }

        /** A new group starts at the first message that was stored at that time or later. */
        public Builder consumeFrom(Instant time) {
            this.consumeFrom = ConsumeFrom.TIMESTAMP;
            this.consumeTimestamp = time;
            return this;
        }

        public Builder consumeTimeout(@Nullable Duration value) {
            this.consumeTimeout = value;
            return this;
        }

        public Builder maxMessagesPerSecond(@Nullable Double value) {
            this.maxMessagesPerSecond = value;
            return this;
        }

        public Builder autoStartup(@Nullable Boolean value) {
            this.autoStartup = value;
            return this;
        }

        public ListenerSettings build() {
            return new ListenerSettings(
                    mode,
                    model,
                    concurrency,
                    batch,
                    batchSize,
                    maxReconsumeTimes,
                    retryDelays,
                    nonRetryable,
                    consumeFrom,
                    consumeTimestamp,
                    consumeTimeout,
                    maxMessagesPerSecond,
                    autoStartup);
        }
    }
}
