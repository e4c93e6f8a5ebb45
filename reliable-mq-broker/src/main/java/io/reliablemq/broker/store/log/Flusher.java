package io.reliablemq.broker.store.log;

import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Forces the log every flush interval while there is something to flush, and at once when there is much of it.
 *
 * <p>Runs on {@code rmq-flusher}, under asynchronous flush only. After a failed force it does nothing more.
 */
public final class Flusher implements Agent {

    private final long intervalNanos;
    private final long maxUnflushed;
    private final LogTail tail;
    private final LogProgress events;
    private final Clock clock;
    private final ReentrantLock flushing = new ReentrantLock();
    private final LogFigures figures;
    private volatile boolean idle;
    private volatile long lastForce;

    public Flusher(LogSettings settings, LogTail tail, LogProgress events, Clock clock, LogFigures figures) {
        this.intervalNanos = settings.flushIntervalNanos();
        this.maxUnflushed = settings.flushBytes();
        this.tail = tail;
        this.events = events;
        this.clock = clock;
        this.figures = figures;
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
        if (tail.isDirty() && !isDueByVolume() && left > 0) {
            return left;
        }
        flush();
        // Announced before the last look, so that a writer that does not see it is seen here.
        idle = true;
        return tail.isDirty() ? 0 : UNTIL_SIGNAL;
    }

    /** Whether it would not come in time by itself: it waits for a signal, or for an interval that is too long now. */
    public boolean wantsSignal() {
        return idle || isDueByVolume();
    }

    private boolean isDueByVolume() {
        return tail.written() - tail.flushed() >= maxUnflushed;
    }

    @Override
    public void onStop() {
        flush();
    }

    /**
     * Forces what is written and not flushed, on the calling thread, which may be any. Events have told how it ended when
     * this returns, also where another thread's force was the one that failed.
     */
    public void flush() {
        flushing.lock();
        try {
            if (tail.isDirty()) {
                lastForce = clock.nanos();
                figures.force(tail);
            }
            // The end of a segment is forced by the writer, which tells of it later.
            events.flushed(tail.flushed());
        } catch (IOException | RuntimeException | Error e) {
            tail.breakOff();
            events.failed("force", e);
        } finally {
            flushing.unlock();
        }
    }
}
