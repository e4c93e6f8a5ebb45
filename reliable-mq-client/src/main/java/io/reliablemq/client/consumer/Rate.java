package io.reliablemq.client.consumer;

import io.reliablemq.protocol.runtime.Clock;
import java.util.concurrent.TimeUnit;

/** Spreads messages evenly over time. Guarded by its own monitor. */
final class Rate {

    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final double nanosPerMessage;
    private final Clock clock;
    private long nextNanos;

    /** @param perSecond 0 for no limit */
    Rate(double perSecond, Clock clock) {
        this.nanosPerMessage = perSecond == 0 ? 0 : NANOS_PER_SECOND / perSecond;
        this.clock = clock;
        this.nextNanos = clock.nanos();
    }

    /** How long until the next message may go; 0 or less for now. */
    long nanosToWait() {
        if (nanosPerMessage == 0) {
            return 0;
        }
        synchronized (this) {
            return nextNanos - clock.nanos();
        }
    }

    /** That many messages go now. @param messages below 0 for some that were to go and do not */
    void take(int messages) {
        if (nanosPerMessage == 0) {
            return;
        }
        synchronized (this) {
            long now = clock.nanos();
            // What was not used is not made up for: the limit holds in every second.
            nextNanos = (nextNanos - now > 0 ? nextNanos : now) + (long) (messages * nanosPerMessage);
        }
    }
}
