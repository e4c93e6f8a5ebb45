package io.reliablemq.conformance.crash;

import java.util.concurrent.atomic.AtomicInteger;

/** Tells whether a kill fell into some span of time. Thread-safe. */
final class Kills {

    /** Odd while a kill is under way. */
    private final AtomicInteger moments = new AtomicInteger();

    void run(Runnable kill) {
        moments.incrementAndGet();
        try {
            kill.run();
        } finally {
            moments.incrementAndGet();
        }
    }

    /** To be kept, and asked about later. */
    int moment() {
        return moments.get();
    }

    boolean noneSince(int moment) {
        return moment % 2 == 0 && moments.get() == moment;
    }
}
