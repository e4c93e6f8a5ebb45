package io.reliablemq.broker;

import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;

/** Time that passes when a test says so: one thread sets it, any reads it. */
public final class ManualClock implements Clock {

    private volatile long wallMs = 1_000_000;
    private volatile long nanos = Long.MAX_VALUE - 1_000;

    public void pass(Duration duration) {
        wallMs += duration.toMillis();
        nanos += duration.toNanos();
    }

    /** Moves the wall clock alone, as somebody does who sets it. */
    public void jump(Duration duration) {
        wallMs += duration.toMillis();
    }

    @Override
    public long wallMs() {
        return wallMs;
    }

    @Override
    public long nanos() {
        return nanos;
    }
}
