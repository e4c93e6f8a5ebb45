package io.reliablemq.client.agent;

import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks at once or after a delay, in order, on one thread. A task must not block.
 *
 * <p>{@link #execute} and {@link #schedule} may be called from any thread; everything else is for the thread that runs
 * the loop. An exception or error of a task goes to the error sink and does not keep the others from running. Tasks given after
 * the loop has stopped are never run.
 */
public final class TaskLoop implements Agent, Executor {

    private final Clock clock;
    private final ErrorSink errors;
    private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(
            Comparator.<Timer>comparingLong(timer -> timer.order).thenComparingLong(t -> t.number));
    private final long origin;
    private long timersMade;
    private volatile Runnable wakeUp = () -> {};

    public TaskLoop(Clock clock, ErrorSink errors) {
        this.clock = clock;
        this.errors = errors;
        this.origin = clock.nanos();
    }

    /** Tells the loop how to wake the thread that runs it. */
    public void onNewTask(Runnable signal) {
        this.wakeUp = signal;
    }

    @Override
    public String name() {
        return "rmq-client";
    }

    /** Runs the task soon, behind those given before. */
    @Override
    public void execute(Runnable task) {
        inbox.add(task);
        wakeUp.run();
    }

    /** Runs the task when the delay is over, unless it is cancelled before. */
    public Timer schedule(Duration delay, Runnable task) {
        Timer timer = new Timer(clock.nanos() - origin + delay.toNanos(), task);
        execute(() -> {
            timer.number = timersMade++;
            timers.add(timer);
        });
        return timer;
    }

    /** Runs the task again and again, each time after the delay, the first time after one delay. */
    public void every(Duration delay, Runnable task) {
        schedule(delay, () -> {
            try {
                task.run();
            } finally {
                every(delay, task);
            }
        });
    }

    @Override
    public long doWork() {
        for (Runnable task = inbox.poll(); task != null; task = inbox.poll()) {
            run(task);
        }
        long now = clock.nanos() - origin;
        Timer first = timers.peek();
        while (first != null && first.order <= now) {
            timers.poll();
            run(first);
            first = timers.peek();
        }
        if (!inbox.isEmpty()) {
            return 0;
        }
        return first == null ? UNTIL_SIGNAL : Math.max(1, first.order - (clock.nanos() - origin));
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            // Errors too: a moment without memory must not end every pull, heartbeat and commit of the process.
            errors.report(name(), e);
        }
    }

    /** A task that waits for its time. */
    public static final class Timer implements Runnable {

        private final long order;
        private long number;
        private volatile @Nullable Runnable task;

        private Timer(long order, Runnable task) {
            this.order = order;
            this.task = task;
        }

        /** Keeps the task from running, if it has not begun. Any thread may call this. */
        public void cancel() {
            task = null;
        }

        @Override
        public void run() {
            Runnable due = task;
            if (due != null) {
                due.run();
            }
        }
    }
}
