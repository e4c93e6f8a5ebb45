package io.reliablemq.client.producer;

import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;

/**
 * The time of one send, shared by all its attempts.
 *
 * @param startNanos of the clock
 */
record SendBudget(Clock clock, long startNanos, Duration total) {

    private static final Duration LEAST_FOR_AN_ATTEMPT = Duration.ofMillis(500);

    static SendBudget start(Clock clock, Duration total) {
        return new SendBudget(clock, clock.nanos(), total);
    }

    /** Zero when the time is over. */
    Duration remaining() {
        Duration left = total.minusNanos(clock.nanos() - startNanos);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /**
     * How long the next attempt may take. All of what remains for the last one; else three fifths, so that a broker
     * that does not answer leaves time for another. With the default of 10 s the first attempt gets 6 s, more than a
     * broker's own bound for a flush of 5 s, so that its true answer arrives.
     */
    Duration forAttempt(boolean last) {
        Duration remaining = remaining();
        if (last) {
            return remaining;
        }
        // In nanoseconds, as Duration divides by means of big numbers.
        long nanos = remaining.toNanos();
        long least = Math.min(LEAST_FOR_AN_ATTEMPT.toNanos(), nanos);
        return Duration.ofNanos(Math.max(nanos / 5 * 3, least));
    }

    /** A pause of about that length, at random a fifth shorter or longer, at most a quarter of what remains. */
    Duration pause(Duration about, double random) {
        Duration jittered = Duration.ofNanos((long) (about.toNanos() * (0.8 + 0.4 * random)));
        Duration most = remaining().dividedBy(4);
        return jittered.compareTo(most) < 0 ? jittered : most;
    }
}
