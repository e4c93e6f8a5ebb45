package io.reliablemq.spring.test;

import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The time that messages live by in a test. It runs as real time does, until a test sets it forward with {@link #advance} or
 * stops it with {@link #freeze}; it never runs back.
 *
 * <p>Delays, retries, checks of open transactions and the age at which messages are deleted go by it. What waits for a disk, a
 * connection or a client, such as {@code reliable-mq.broker.sync-flush-timeout} or the time-out of a send, keeps real time, so
 * that no jump makes a broker lose its clients.
 *
 * <p>Thread-safe.
 */
public final class VirtualClock implements InstantSource {

    private final Clock machine;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Clock ofMessages = new OfMessages();
    private final Clock whole = new Whole();

    /** Guards the fields below. */
    private final Object lock = new Object();

    private long aheadNanos;

    /** Elapsed time at which the clock was stopped; meaningful while {@link #frozen}. */
    private long frozenNanos;

    private long frozenWallMs;
    private boolean frozen;

    public VirtualClock() {
        this(Clock.SYSTEM);
    }

    VirtualClock(Clock machine) {
        this.machine = machine;
    }

    /**
     * Sets the clock forward, and wakes whatever waits for a time. What is due by then is delivered at once, by the broker's own
     * threads: wait for it. A message whose wait begins later, such as the second retry of a message whose first one is due now,
     * needs another call.
     *
     * @throws IllegalArgumentException if the duration is negative
     */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(
                    "The clock cannot run back, but " + duration + " was asked for; give a duration of zero or more");
        }
        synchronized (lock) {
            long nanos = duration.toNanos();
            aheadNanos += nanos;
            frozenNanos += nanos;
            frozenWallMs += duration.toMillis();
        }
        listeners.forEach(Runnable::run);
    }

    /** Stops the clock: from now on time passes by {@link #advance} alone. Nothing happens if it stands already. */
    public void freeze() {
        synchronized (lock) {
            if (!frozen) {
                frozenNanos = runningNanos();
                frozenWallMs = runningWallMs();
                frozen = true;
            }
        }
    }

    /** Lets the clock run again from where it stands. Nothing happens if it runs already. */
    public void resume() {
        synchronized (lock) {
            if (frozen) {
                aheadNanos -= runningNanos() - frozenNanos;
                frozen = false;
            }
        }
        listeners.forEach(Runnable::run);
    }

    /** Whether time passes by {@link #advance} alone. */
    public boolean isFrozen() {
        synchronized (lock) {
            return frozen;
        }
    }

    /** What time it is for the broker; to be used for delivery times: {@code deliverAt(clock.instant().plus(...))}. */
    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(ofMessages.wallMs());
    }

    @Override
    public long millis() {
        return ofMessages.wallMs();
    }

    /** The same time as a {@link java.time.Clock}, in UTC, for application code that takes one. */
    public java.time.Clock asClock() {
        return withZone(ZoneOffset.UTC);
    }

    /** What a broker or a client is to be started with, where no Spring does it. */
    public Clock forBroker() {
        return whole;
    }

    private long runningNanos() {
        return machine.nanos() + aheadNanos;
    }

    private long runningWallMs() {
        return machine.wallMs() + Duration.ofNanos(aheadNanos).toMillis();
    }

    private final class OfMessages implements Clock {

        @Override
        public long wallMs() {
            synchronized (lock) {
                return frozen ? frozenWallMs : runningWallMs();
            }
        }

        @Override
        public long nanos() {
            synchronized (lock) {
                return frozen ? frozenNanos : runningNanos();
            }
        }

        @Override
        public Registration onJump(Runnable action) {
            listeners.add(action);
            return () -> listeners.remove(action);
        }
    }

    private final class Whole implements Clock {

        @Override
        public long wallMs() {
            return machine.wallMs();
        }

        @Override
        public long nanos() {
            return machine.nanos();
        }

        @Override
        public Clock ofMessages() {
            return ofMessages;
        }
    }
}
