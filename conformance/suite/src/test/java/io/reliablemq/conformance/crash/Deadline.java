package io.reliablemq.conformance.crash;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The end of a wait, on the clock that does not jump. */
record Deadline(long nanos) {

    static Deadline in(Duration bound) {
        return new Deadline(System.nanoTime() + bound.toNanos());
    }

    boolean isOver() {
        return nanos - System.nanoTime() <= 0;
    }

    /** What is left of it, at least 1. */
    long millis() {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos - System.nanoTime()));
    }
}
