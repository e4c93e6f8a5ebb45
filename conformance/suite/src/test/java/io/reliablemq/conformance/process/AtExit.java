package io.reliablemq.conformance.process;

import java.util.ArrayDeque;
import java.util.Deque;

/** What is to be done when this JVM ends: the latest first, one after the other. Thread-safe. */
public final class AtExit {

    private static final Deque<Runnable> STEPS = new ArrayDeque<>();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(AtExit::run, "at-exit"));
    }

    private AtExit() {}

    public static void first(Runnable step) {
        synchronized (STEPS) {
            STEPS.push(step);
        }
    }

    private static void run() {
        synchronized (STEPS) {
            for (Runnable step : STEPS) {
                try {
                    step.run();
                } catch (RuntimeException e) {
                    System.err.println("A step at the end of the tests failed: " + e);
                }
            }
        }
    }
}
