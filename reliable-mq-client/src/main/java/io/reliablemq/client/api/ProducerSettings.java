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
 * @param maxMessageBytes largest body (default 4 MiB)
 * @param defaultTopicQueueCount queues of a topic that is created by sending (default 4)
 * @param maxInFlight asynchronous sends that may wait for their outcome; a further one waits for a place within the
 *     send time-out (default 10,000)
 */
public record ProducerSettings(
        String group,
        Duration sendTimeout,
        int retryTimesWhenSendFailed,
        int retryTimesWhenSendAsyncFailed,
        boolean retryAnotherBrokerWhenNotStoreOK,
        int maxMessageBytes,
        int defaultTopicQueueCount,
        int maxInFlight) {

    public ProducerSettings {
        Names.requireGroup(group);
        requirePositive("sendTimeout", sendTimeout.toMillis());
        requireNotNegative("retryTimesWhenSendFailed", retryTimesWhenSendFailed);
        requireNotNegative("retryTimesWhenSendAsyncFailed", retryTimesWhenSendAsyncFailed);
        requirePositive("maxMessageBytes", maxMessageBytes);
        requirePositive("defaultTopicQueueCount", defaultTopicQueueCount);
        requirePositive("maxInFlight", maxInFlight);
    }

    public static ProducerSettings of(String group) {
        return new ProducerSettings(group, Duration.ofSeconds(10), 2, 2, true, 4 * 1024 * 1024, 4, 10_000);
    }

    public ProducerSettings withSendTimeout(Duration timeout) {
        return new ProducerSettings(
                group,
                timeout,
                retryTimesWhenSendFailed,
                retryTimesWhenSendAsyncFailed,
                retryAnotherBrokerWhenNotStoreOK,
                maxMessageBytes,
                defaultTopicQueueCount,
                maxInFlight);
    }

    public ProducerSettings withRetryTimesWhenSendFailed(int times) {
        return new ProducerSettings(
                group,
                sendTimeout,
                times,
                retryTimesWhenSendAsyncFailed,
                retryAnotherBrokerWhenNotStoreOK,
                maxMessageBytes,
                defaultTopicQueueCount,
                maxInFlight);
    }

    public ProducerSettings withRetryTimesWhenSendAsyncFailed(int times) {
        return new ProducerSettings(
                group,
                sendTimeout,
                retryTimesWhenSendFailed,
                times,
                retryAnotherBrokerWhenNotStoreOK,
                maxMessageBytes,
                defaultTopicQueueCount,
                maxInFlight);
    }

    public ProducerSettings withRetryAnotherBrokerWhenNotStoreOK(boolean retry) {
        return new ProducerSettings(
                group,
                sendTimeout,
                retryTimesWhenSendFailed,
                retryTimesWhenSendAsyncFailed,
                retry,
                maxMessageBytes,
                defaultTopicQueueCount,
                maxInFlight);
    }

    public ProducerSettings withMaxMessageBytes(int bytes) {
        return new ProducerSettings(
                group,
                sendTimeout,
                retryTimesWhenSendFailed,
                retryTimesWhenSendAsyncFailed,
                retryAnotherBrokerWhenNotStoreOK,
                bytes,
                defaultTopicQueueCount,
                maxInFlight);
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
}
