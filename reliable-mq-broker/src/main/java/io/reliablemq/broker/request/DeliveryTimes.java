package io.reliablemq.broker.request;

import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The time that a producer gives a message to be delivered at. Thread-safe. */
public final class DeliveryTimes {

    private final Clock clock;
    private final Duration maxDelay;

    /** @param maxDelay how far ahead a time may be */
    public DeliveryTimes(Clock clock, Duration maxDelay) {
        this.clock = clock.ofMessages();
        this.maxDelay = maxDelay;
    }

    /** Whether the message names a time, whatever it is. */
    static boolean isNamed(Map<String, String> properties) {
        return properties.containsKey(PropertyNames.TIMER_DELAY_SECONDS)
                || properties.containsKey(PropertyNames.TIMER_DELAY_MILLIS)
                || properties.containsKey(PropertyNames.TIMER_DELIVER_MILLIS);
    }

    /**
     * When the message is due: wall time in ms; empty if that is now.
     *
     * @throws RefusedException if the time cannot be read or is too far ahead
     */
    OptionalLong due(Map<String, String> properties) {
        long now = clock.wallMs();
        Long due = named(properties, now);
        if (due == null || due <= now) {
            return OptionalLong.empty();
        }
        if (due - now > maxDelay.toMillis()) {
            throw new RefusedException(
                    ResponseCode.MESSAGE_ILLEGAL,
                    "The message is to be delivered at " + text(due) + ", which is further ahead than the "
                            + maxDelay.toSeconds()
                            + " s that reliable-mq.broker.timer-max-delay allows; give an earlier time");
        }
        return OptionalLong.of(due);
    }

    private static @Nullable Long named(Map<String, String> properties, long now) {
        String seconds = properties.get(PropertyNames.TIMER_DELAY_SECONDS);
        if (seconds != null) {
            long delay = number(PropertyNames.TIMER_DELAY_SECONDS, seconds);
            return later(now, delay > Long.MAX_VALUE / 1000 ? Long.MAX_VALUE : Math.max(0, delay) * 1000);
        }
        String millis = properties.get(PropertyNames.TIMER_DELAY_MILLIS);
        if (millis != null) {
            return later(now, Math.max(0, number(PropertyNames.TIMER_DELAY_MILLIS, millis)));
        }
        String time = properties.get(PropertyNames.TIMER_DELIVER_MILLIS);
        return time == null ? null : number(PropertyNames.TIMER_DELIVER_MILLIS, time);
    }

    private static long later(long now, long delay) {
        return delay > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + delay;
    }

    private static long number(String property, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new RefusedException(
                    ResponseCode.MESSAGE_ILLEGAL, "The property " + property + " is '" + value + "', not a number");
        }
    }

    private static String text(long dueMs) {
        // Beyond this a time has more digits than anybody reads.
        return dueMs > Integer.MAX_VALUE * 1000L * 10
                ? dueMs + " ms"
                : Instant.ofEpochMilli(dueMs).toString();
    }
}
