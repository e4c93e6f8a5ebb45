package io.reliablemq.client.api;

import io.reliablemq.protocol.message.Names;
import java.time.Duration;

/**
 * Settings of a {@link Producer}.
 *
 * @param group its producer group
 * @param sendTimeout the budget of one send over all its attempts. Default 10 s, longer than the broker's own bounds,
 *     so that the true outcome arrives (Apache RocketMQ: 3 s)
 * @param retryTimesWhenSendFailed attempts of a synchronous send beyond the first (default 2)
 * @param retryTimesWhenSendAsyncFailed attempts of an asynchronous send beyond the first (default 2)
 * @param retryAnotherBrokerWhenNotStoreOK whether an answer of stored-but-not-safe is retried (default true; Apache
 *     RocketMQ: false)
 * @param maxMessageBytes largest body, before it is compressed, and largest body of a batch (default 4 MiB)
 * @param defaultTopicQueueCount queues of a topic that is created by sending (default 4)
 * @param maxInFlight asynchronous sends that may wait for their outcome (default 10,000)
 * @param whenFull what becomes of a further one (default {@link WhenFull#WAIT})
 * @param compression which bodies are compressed, and how (default {@link Compression#DEFAULT})
 */
public record ProducerSettings(
        String group,
        Duration sendTimeout,
        int retryTimesWhenSendFailed,
        int retryTimesWhenSendAsyncFailed,
        boolean retryAnotherBrokerWhenNotStoreOK,
        int maxMessageBytes,
        int defaultTopicQueueCount,
        int maxInFlight,
        WhenFull whenFull,
        Compression compression) {

    public ProducerSettings {
        Names.requireGroup(group);
        requirePositive("sendTimeout", sendTimeout.toMillis());
        requireNotNegative("retryTimesWhenSendFailed", retryTimesWhenSendFailed);
        requireNotNegative("retryTimesWhenSendAsyncFailed", retryTimesWhenSendAsyncFailed);
        requirePositive("maxMessageBytes", maxMessageBytes);
        requirePositive("defaultTopicQueueCount", defaultTopicQueueCount);
        requirePositive("maxInFlight", maxInFlight);
    }

    /** The defaults. */
    public static ProducerSettings of(String group) {
        return builder(group).build();
    }

    /** A builder that starts with the defaults. */
    public static Builder builder(String group) {
        return new Builder(group);
    }

    /** A builder that starts with these settings. */
    public Builder toBuilder() {
        return toBuilder(group);
    }

    /** A builder that starts with these settings, for another group. */
    public Builder toBuilder(String otherGroup) {
        return new Builder(otherGroup)
                .sendTimeout(sendTimeout)
                .retryTimesWhenSendFailed(retryTimesWhenSendFailed)
                .retryTimesWhenSendAsyncFailed(retryTimesWhenSendAsyncFailed)
                .retryAnotherBrokerWhenNotStoreOK(retryAnotherBrokerWhenNotStoreOK)
                .maxMessageBytes(maxMessageBytes)
                .defaultTopicQueueCount(defaultTopicQueueCount)
                .maxInFlight(maxInFlight)
                .whenFull(whenFull)
                .compression(compression);
    }

    public ProducerSettings withSendTimeout(Duration timeout) {
        return toBuilder().sendTimeout(timeout).build();
    }

    public ProducerSettings withRetryTimesWhenSendFailed(int times) {
        return toBuilder().retryTimesWhenSendFailed(times).build();
    }

    public ProducerSettings withRetryTimesWhenSendAsyncFailed(int times) {
        return toBuilder().retryTimesWhenSendAsyncFailed(times).build();
    }

    public ProducerSettings withRetryAnotherBrokerWhenNotStoreOK(boolean retry) {
        return toBuilder().retryAnotherBrokerWhenNotStoreOK(retry).build();
    }

    public ProducerSettings withMaxMessageBytes(int bytes) {
        return toBuilder().maxMessageBytes(bytes).build();
    }

    public ProducerSettings withCompression(Compression which) {
        return toBuilder().compression(which).build();
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be greater than 0");
        }
    }

    private static void requireNotNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " is " + value + "; it must not be negative");
        }
    }

    /** Collects settings, each described at {@link ProducerSettings}. Not thread-safe. */
    public static final class Builder {

        private final String group;
        private Duration sendTimeout = Duration.ofSeconds(10);
        private int retryTimesWhenSendFailed = 2;
        private int retryTimesWhenSendAsyncFailed = 2;
        private boolean retryAnotherBrokerWhenNotStoreOK = true;
        private int maxMessageBytes = 4 * 1024 * 1024;
        private int defaultTopicQueueCount = 4;
        private int maxInFlight = 10_000;
        private WhenFull whenFull = WhenFull.WAIT;
        private Compression compression = Compression.DEFAULT;

        private Builder(String group) {
            this.group = group;
        }

        public Builder sendTimeout(Duration timeout) {
            this.sendTimeout = timeout;
            return this;
        }

        public Builder retryTimesWhenSendFailed(int times) {
            this.retryTimesWhenSendFailed = times;
            return this;
        }

        public Builder retryTimesWhenSendAsyncFailed(int times) {
            this.retryTimesWhenSendAsyncFailed = times;
            return this;
        }

        public Builder retryAnotherBrokerWhenNotStoreOK(boolean retry) {
            this.retryAnotherBrokerWhenNotStoreOK = retry;
            return this;
        }

        public Builder maxMessageBytes(int bytes) {
            this.maxMessageBytes = bytes;
            return this;
        }

        public Builder defaultTopicQueueCount(int count) {
            this.defaultTopicQueueCount = count;
            return this;
        }

        public Builder maxInFlight(int sends) {
            this.maxInFlight = sends;
            return this;
        }

        public Builder whenFull(WhenFull reaction) {
            this.whenFull = reaction;
            return this;
        }

        public Builder compression(Compression which) {
            this.compression = which;
            return this;
        }

        /** @throws IllegalArgumentException if a value makes no sense, naming it */
        public ProducerSettings build() {
            return new ProducerSettings(
                    group,
                    sendTimeout,
                    retryTimesWhenSendFailed,
                    retryTimesWhenSendAsyncFailed,
                    retryAnotherBrokerWhenNotStoreOK,
                    maxMessageBytes,
                    defaultTopicQueueCount,
                    maxInFlight,
                    whenFull,
                    compression);
        }
    }
}
