package io.reliablemq.broker;

import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Small duties that share one thread. One that fails is reported and tried again; the others go on.
 *
 * <p>Duties are added before the thread starts.
 */
final class Duties implements Agent {

    private static final long AFTER_FAILURE_NANOS = Duration.ofMillis(500).toNanos();

    private final String name;
    private final Clock clock;
    private final ErrorSink errors;
    private final List<Step> steps = new ArrayList<>();
    private final List<Task> farewells = new ArrayList<>();

    /** A duty that says in how many nanoseconds it wants to be called again. */
    @FunctionalInterface
    interface Step {
        long run() throws Exception;
    }

    /** A duty that is called from time to time. */
    @FunctionalInterface
    interface Task {
        void run() throws Exception;
    }

    Duties(String name, Clock clock, ErrorSink errors) {
        this.name = name;
        this.clock = clock;
        this.errors = errors;
    }

    Duties step(Step step) {
        steps.add(step);
        return this;
    }

    /** A duty that is due for the first time after a period: the start has enough to do. */
    Duties every(Duration period, Task task) {
        return step(new Periodic(period.toNanos(), task, clock.nanos() + period.toNanos()));
    }

    /** A duty that is due at once, too, since somebody waits for it. */
    Duties nowAndEvery(Duration period, Task task) {
        return step(new Periodic(period.toNanos(), task, clock.nanos()));
    }

    /** A duty for the end, done once all others have ended. */
    Duties atStop(Task task) {
        farewells.add(task);
        return this;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long doWork() {
        long next = UNTIL_SIGNAL;
        for (Step step : steps) {
            next = Math.min(next, run(step));
        }
        return next;
    }

    @Override
    public void onStop() {
        for (Task farewell : farewells) {
            run(() -> {
                farewell.run();
                return UNTIL_SIGNAL;
            });
        }
    }

    private long run(Step step) {
        try {
            return step.run();
        } catch (Exception e) {
            errors.report(name, e);
            return AFTER_FAILURE_NANOS;
        }
    }

    private final class Periodic implements Step {
        private final long periodNanos;
        private final Task task;
        private long nextNanos;

        Periodic(long periodNanos, Task task, long nextNanos) {
            this.periodNanos = periodNanos;
            this.task = task;
            this.nextNanos = nextNanos;
        }

        @Override
        public long run() throws Exception {
            long now = clock.nanos();
            if (now - nextNanos >= 0) {
                nextNanos = now + periodNanos;
                task.run();
            }
            return Math.max(1, nextNanos - clock.nanos());
        }
    }
}
