package io.reliablemq.client.api;

import io.reliablemq.protocol.message.Names;
import java.time.Duration;

/**
 * Settings of a {@link PullConsumer}.
 *
 * @param group under which brokers keep the offsets
 * @param tags which messages of every queue: {@code *} (the default), or tags joined by {@code ||}
 * @param consumeFrom where to begin in a queue without a stored offset: {@link ConsumeFrom#FIRST_OFFSET} (the default) or
 *     {@link ConsumeFrom#LAST_OFFSET}
 * @param maxPollMessages most messages that one poll returns (default 500)
 * @param pullBatchSize messages asked for in one pull, no more than {@code cache} allows for a queue (default 256; an answer has
 *     256 KiB at most, and a broker may give fewer)
 * @param cache how much is fetched ahead
 * @param autoCommit whether a poll marks as done what the one before returned (default true)
 * @param commitInterval how often offsets are stored (default 5 s)
 */
public record PullConsumerSettings(
        String group,
        String tags,
        ConsumeFrom consumeFrom,
        int maxPollMessages,
        int pullBatchSize,
        CacheLimits cache,
        boolean autoCommit,
        Duration commitInterval) {

    public PullConsumerSettings {
        Names.requireGroup(group);
        if (maxPollMessages < 1 || pullBatchSize < 1) {
            throw new IllegalArgumentException("maxPollMessages is " + maxPollMessages + " and pullBatchSize "
                    + pullBatchSize + "; both must be at least 1");
        }
        if (consumeFrom == ConsumeFrom.TIMESTAMP) {
            throw new IllegalArgumentException("A pull consumer begins at a time by seek(queue, timestamp)");
        }
    }

    public static PullConsumerSettings of(String group) {
        return new PullConsumerSettings(
                group, "*", ConsumeFrom.FIRST_OFFSET, 500, 256, CacheLimits.DEFAULT, true, Duration.ofSeconds(5));
    }

    public PullConsumerSettings withAutoCommit(boolean value) {
        return new PullConsumerSettings(
                group, tags, consumeFrom, maxPollMessages, pullBatchSize, cache, value, commitInterval);
    }

    public PullConsumerSettings withTags(String expression) {
        return new PullConsumerSettings(
                group, expression, consumeFrom, maxPollMessages, pullBatchSize, cache, autoCommit, commitInterval);
    }

    public PullConsumerSettings withConsumeFrom(ConsumeFrom from) {
        return new PullConsumerSettings(
                group, tags, from, maxPollMessages, pullBatchSize, cache, autoCommit, commitInterval);
    }

    public PullConsumerSettings withMaxPollMessages(int most) {
        return new PullConsumerSettings(
                group, tags, consumeFrom, most, pullBatchSize, cache, autoCommit, commitInterval);
    }
}
