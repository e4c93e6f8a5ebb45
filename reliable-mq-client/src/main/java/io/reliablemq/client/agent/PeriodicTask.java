package io.reliablemq.client.agent;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Runs a task on the loop again and again, a pause before each time, until it is stopped. An exception or error of the task
 * goes to the loop's error sink and does not keep it from running again. Any thread may start and stop it.
 */
public final class PeriodicTask {

    private static final Duration SHORTEST_LOOK = Duration.ofMillis(20);

    private final TaskLoop loop;
    private final Duration pause;
    private volatile @Nullable Runnable task;

    public PeriodicTask(TaskLoop loop, Duration pause, Runnable task) {
        this.loop = loop;
        this.pause = pause;
        this.task = task;
    }

    /** Looks whether something takes longer than the limit, four times within it, or more often. */
    public static PeriodicTask watching(TaskLoop loop, Duration limit, Duration longestPause, Runnable look) {
        Duration pause = limit.dividedBy(4);
        Duration bounded = pause.compareTo(SHORTEST_LOOK) < 0
                ? SHORTEST_LOOK
                : pause.compareTo(longestPause) > 0 ? longestPause : pause;
        return new PeriodicTask(loop, bounded, look);
    }

    /** To be called once. The task runs first after one pause, unless it is stopped before. */
    public void start() {
        loop.schedule(pause, this::run);
    }

    private void run() {
        Runnable due = task;
        if (due != null) {
            try {
                due.run();
            } finally {
                start();
            }
        }
    }

    /** For good. What the task refers to is let go at once, however long the pause is. */
    public void stop() {
        task = null;
    }
}
