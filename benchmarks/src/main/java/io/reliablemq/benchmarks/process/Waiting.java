package io.reliablemq.benchmarks.process;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits of the driver for what gives no signal: another process, and the time. */
public final class Waiting {

    private static final Duration STEP = Duration.ofMillis(5);

    /** @throws IllegalStateException if it does not come true within the bound */
    public static void until(String what, Duration bound, BooleanSupplier condition) {
        long deadline = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("Not so after " + bound.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(STEP.toNanos());
        }
    }

    /**
     * Tries again what a process refuses that listens but is still starting.
     *
     * @throws IllegalStateException the last one, if it does not succeed within the bound
     */
    public static void untilDone(Duration bound, Runnable attempt) {
        long deadline = System.nanoTime() + bound.toNanos();
        while (true) {
            try {
                attempt.run();
                return;
            } catch (IllegalStateException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
            LockSupport.parkNanos(STEP.toNanos());
        }
    }

    /** Returns when {@link System#nanoTime()} has reached the value; at once if it has passed. */
    public static void untilNanos(long nanos) {
        long left;
        while ((left = nanos - System.nanoTime()) > 0) {
            LockSupport.parkNanos(left);
        }
    }

    public static void pause(Duration time) {
        untilNanos(System.nanoTime() + time.toNanos());
    }

    private Waiting() {}
}
