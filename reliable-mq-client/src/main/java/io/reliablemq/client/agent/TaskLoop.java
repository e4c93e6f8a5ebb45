package io.reliablemq.client.agent;

import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks at once or after a delay, in order, on one thread. A task must not block.
 *
 * <p>{@link #execute}, {@link #schedule} and {@link #scheduleForMessage} may be called from any thread; everything else is for the thread that runs
 * the loop. An exception or error of a task goes to the error sink and does not keep the others from running. Tasks given after
 * the loop has stopped are never run.
 */
public final class TaskLoop implements Agent, Executor {

    private final ErrorSink errors;
    private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final Timers real;
    private final Timers ofMessages;
    private volatile Runnable wakeUp = () -> {};

    public TaskLoop(Clock clock, ErrorSink errors) {
        this.errors = errors;
        this.real = new Timers(clock);
        this.ofMessages = new Timers(clock.ofMessages());
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
        return schedule(real, delay, task);
    }

    /** As {@link #schedule}, by the time that messages live by: for whatever a message waits for, such as its next attempt. */
    public Timer scheduleForMessage(Duration delay, Runnable task) {
        return schedule(ofMessages, delay, task);
    }

    private Timer schedule(Timers timers, Duration delay, Runnable task) {
        Timer timer = new Timer(timers.now() + delay.toNanos(), task);
        execute(() -> timers.add(timer));
        return timer;
    }

    /** Runs the task again and again, each time after the delay, the first time after one delay. */
    public void every(Duration delay, Runnable task) {
        new PeriodicTask(this, delay, task).start();
    }

    @Override
    public long doWork() {
        for (Runnable task = inbox.poll(); task != null; task = inbox.poll()) {
            run(task);
        }
        real.due().forEach(this::run);
        ofMessages.due().forEach(this::run);
        return inbox.isEmpty() ? Math.min(real.untilNext(), ofMessages.untilNext()) : 0;
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            // Errors too: a moment without memory must not end every pull, heartbeat and commit of the process.
            errors.report(name(), e);
        }
    }

    /** Tasks that wait by one clock. All but {@link #now} is for the thread that runs the loop. */
    private static final class Timers {

        private final PriorityQueue<Timer> waiting = new PriorityQueue<>(
                Comparator.<Timer>comparingLong(timer -> timer.order).thenComparingLong(t -> t.number));
        private final Clock clock;
        private final long origin;
        private long made;

        Timers(Clock clock) {
            this.clock = clock;
            this.origin = clock.nanos();
        }

        long now() {
            return clock.nanos() - origin;
        }

        void add(Timer timer) {
            timer.number = made++;
            waiting.add(timer);
        }

        List<Timer> due() {
            List<Timer> due = new ArrayList<>();
            long now = now();
            for (Timer first = waiting.peek(); first != null && first.order <= now; first = waiting.peek()) {
                due.add(waiting.remove());
            }
            return due;
        }

        long untilNext() {
            Timer first = waiting.peek();
            return first == null ? UNTIL_SIGNAL : Math.max(1, first.order - now());
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
