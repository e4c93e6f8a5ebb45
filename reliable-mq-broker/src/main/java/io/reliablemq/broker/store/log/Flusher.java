package io.reliablemq.broker.store.log;

import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;

/**
 * Forces the log every flush interval while there is something to flush, and at once when somebody waits for it.
 *
 * <p>Runs on {@code rmq-flusher}, under asynchronous flush only. After a failed force it does nothing more.
 */
public final class Flusher implements Agent {

    private final long intervalNanos;
    private final LogTail tail;
    private final LogEvents<?> events;
    private final Clock clock;
    private volatile boolean urgent;
    private volatile boolean idle;
    private long lastForce;

    public Flusher(LogSettings settings, LogTail tail, LogEvents<?> events, Clock clock) {
        this.intervalNanos = settings.flushIntervalNanos();
        this.tail = tail;
        this.events = events;
        this.clock = clock;
        this.lastForce = clock.nanos();
    }

    @Override
    public String name() {
        return "rmq-flusher";
    }

    @Override
    public long doWork() {
        idle = false;
        long left = lastForce + intervalNanos - clock.nanos();
        if (tail.isDirty() && !urgent && left > 0) {
            return left;
        }
        urgent = false;
        if (tail.isDirty()) {
            force();
        }
        // Announced before the last look, so that a writer that does not see it is seen here.
        idle = true;
        return tail.isDirty() ? 0 : UNTIL_SIGNAL;
    }

    /** Whether it waits for a signal rather than for the interval to pass. */
    public boolean isIdle() {
        return idle;
    }

    /** Lets the next step force without waiting for the interval; to be followed by a signal. */
    public void hurry() {
        urgent = true;
    }

    @Override
    public void onStop() {
        if (tail.isDirty()) {
            force();
        }
    }

    private void force() {
        try {
            lastForce = clock.nanos();
            events.flushed(tail.force());
        } catch (IOException | RuntimeException | Error e) {
            tail.breakOff();
            events.failed("force", e);
        }
    }
}
