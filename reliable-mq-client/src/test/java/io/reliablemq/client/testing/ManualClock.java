package io.reliablemq.client.testing;

import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;

/** Time that moves only when a test says so. */
public final class ManualClock implements Clock {

    private volatile long nanos = Long.MAX_VALUE - Duration.ofSeconds(2).toNanos();
    private volatile long wallMs = 1_700_000_000_000L;

    public void advance(Duration time) {
        nanos += time.toNanos();
        wallMs += time.toMillis();
    }

    @Override
    public long wallMs() {
        return wallMs;
    }

    /** Starts shortly before the largest number, so that whoever compares instead of subtracting fails. */
    @Override
    public long nanos() {
        return nanos;
    }
}
