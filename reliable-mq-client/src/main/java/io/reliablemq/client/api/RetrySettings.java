package io.reliablemq.client.api;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a message that its listener could not handle.
 *
 * @param maxReconsumeTimes retries before a message becomes a dead letter (default 15; Apache RocketMQ: 16)
 * @param delays the time before each retry, the last one also for all further ones; empty (the default) for those of the
 *     broker, which begin at 10 s and grow to 2 h. Where an Apache RocketMQ broker does the waiting, which is in cluster mode
 *     when messages are handled concurrently, a time is rounded up to the next of {@link #BROKER_DELAYS}, since it can wait
 *     for no other; our broker waits for any, of which it has 256 at a time, and so does the consumer where it waits itself
 * @param nonRetryable exceptions after which another attempt cannot help, subclasses included: the message becomes a dead
 *     letter at once. {@link NonRetryableException} always is one
 */
public record RetrySettings(
        int maxReconsumeTimes, List<Duration> delays, Set<Class<? extends Throwable>> nonRetryable) {

    /** The delay levels of a broker with its default {@code messageDelayLevel}, level 1 first. */
    public static final List<Duration> BROKER_DELAYS = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofMinutes(1),
            Duration.ofMinutes(2),
            Duration.ofMinutes(3),
            Duration.ofMinutes(4),
            Duration.ofMinutes(5),
            Duration.ofMinutes(6),
            Duration.ofMinutes(7),
            Duration.ofMinutes(8),
            Duration.ofMinutes(9),
            Duration.ofMinutes(10),
            Duration.ofMinutes(20),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            Duration.ofHours(2));

    private static final Duration FIRST_LOCAL_DELAY = Duration.ofSeconds(1);
    private static final int MAX_LOCAL_DOUBLINGS = 5;

    public RetrySettings {
        delays = List.copyOf(delays);
        nonRetryable = Set.copyOf(nonRetryable);
        if (maxReconsumeTimes < 0) {
            throw new IllegalArgumentException("maxReconsumeTimes is " + maxReconsumeTimes + "; it must be at least 0");
        }
        Duration longest = BROKER_DELAYS.get(BROKER_DELAYS.size() - 1);
        for (Duration delay : delays) {
            if (delay.isNegative() || delay.isZero() || delay.compareTo(longest) > 0) {
                throw new IllegalArgumentException(
                        "The retry delay " + delay + " is not longer than 0 and at most " + longest);
            }
        }
    }

    /** So many retries, after the delays of the broker. */
    public static RetrySettings of(int maxReconsumeTimes) {
        return new RetrySettings(maxReconsumeTimes, List.of(), Set.of());
    }

    public RetrySettings withDelays(List<Duration> list) {
        return new RetrySettings(maxReconsumeTimes, list, nonRetryable);
    }

    public RetrySettings withNonRetryable(Set<Class<? extends Throwable>> types) {
        return new RetrySettings(maxReconsumeTimes, delays, types);
    }

    /**
     * The level of the broker's table to wait for.
     *
     * @param failedBefore attempts that failed before the one that failed now
     * @return 0 to leave it to the broker
     */
    public int delayLevel(int failedBefore) {
        Duration wanted = ownDelay(failedBefore);
        if (wanted == null) {
            return 0;
        }
        int level = 1;
        while (BROKER_DELAYS.get(level - 1).compareTo(wanted) < 0) {
            level++;
        }
        return level;
    }

    /**
     * The time to wait for, where a broker can wait for any.
     *
     * @param failedBefore attempts that failed before the one that failed now
     * @return null to leave it to the broker
     */
    public @Nullable Duration ownDelay(int failedBefore) {
        return delays.isEmpty() ? null : delays.get(Math.min(failedBefore, delays.size() - 1));
    }

    /** How long a message waits that is kept here: 1 s and twice as long each time, up to 32 s, where no list is set. */
    public Duration localDelay(int failedBefore) {
        Duration own = ownDelay(failedBefore);
        return own == null ? FIRST_LOCAL_DELAY.multipliedBy(1L << Math.min(failedBefore, MAX_LOCAL_DOUBLINGS)) : own;
    }

    /** Whether a message that failed with this becomes a dead letter at once. */
    public boolean isNonRetryable(Throwable error) {
        return error instanceof NonRetryableException || nonRetryable.stream().anyMatch(type -> type.isInstance(error));
    }
}
