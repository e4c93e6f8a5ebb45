package io.reliablemq.broker.store.log;

import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;

/**
 * Forces the log every flush interval while there is something to flush.
 *
 * <p>Runs on {@code rmq-flusher}, under asynchronous flush only. After a failed force it does nothing more.
 */
public final class Flusher implements Agent {

    private final long intervalNanos;
    private final LogTail tail;
    private final LogEvents<?> events;
    private final Clock clock;
    private volatile boolean idle;
    private volatile long lastForce;

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
        if (tail.isDirty() && left > 0) {
            return left;
        }
        flush();
        // Announced before the last look, so that a writer that does not see it is seen here.
        idle = true;
        return tail.isDirty() ? 0 : UNTIL_SIGNAL;
    }

    /** Whether it waits for a signal rather than for the interval to pass. */
    public boolean isIdle() {
        return idle;
    }

    @Override
    public void onStop() {
        flush();
    }

    /** Forces what is written and not flushed, on the calling thread, which may be any. Events tell how it ended. */
    public void flush() {
        try {
            if (tail.isDirty()) {
                lastForce = clock.nanos();
                tail.force();
            }
            // The end of a segment is forced by the writer, which tells of it later.
            events.flushed(tail.flushed());
        } catch (IOException | RuntimeException | Error e) {
            tail.breakOff();
            events.failed("force", e);
        }
    }
}
