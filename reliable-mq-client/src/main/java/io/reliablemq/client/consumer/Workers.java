package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.protocol.runtime.NamedThreads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts work on the group's threads: never more pieces at once than there are slots, none while paused, none faster than the
 * rate, and none after the end. Counts what is not settled, so that closing can wait for it.
 *
 * <p>Thread-safe; {@code lock} guards what waits and the counts. A piece of work keeps its slot until it releases it, which
 * may be long after the call has returned. What waits here is bounded by the process queues.
 */
final class Workers {

    private static final Logger log = LoggerFactory.getLogger(Workers.class);

    private static final Duration PAUSE_WITHOUT_THREAD = Duration.ofSeconds(1);

    private final String group;
    private final int slots;
    private final Rate rate;
    private final TaskLoop loop;
    private final Executor executor;
    private final @Nullable ThreadPoolExecutor own;
    private final ThreadLocal<@Nullable Boolean> handling = new ThreadLocal<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition settled = lock.newCondition();
    private final Queue<Work> waiting = new ArrayDeque<>();
    private int running;
    private boolean paused;
    private boolean closed;
    private boolean rateTimerSet;

    /** Something to do that takes one of the slots. */
    interface Work {

        /** @param slot is to be released exactly once, here or later, by whichever thread */
        void run(Slot slot);
    }

    /** A place among those that work at once. */
    final class Slot {

        private final AtomicBoolean released = new AtomicBoolean();

        void release() {
            if (released.compareAndSet(false, true)) {
                lock.lock();
                try {
                    running--;
                    settled.signalAll();
                } finally {
                    lock.unlock();
                }
                pump();
            }
        }
    }

    /** @param given runs the work; null for threads of its own */
    Workers(String group, int slots, @Nullable Executor given, Rate rate, TaskLoop loop) {
        this.group = group;
        this.slots = slots;
        this.rate = rate;
        this.loop = loop;
        if (given == null) {
            ThreadPoolExecutor pool = pool(group, slots);
            this.own = pool;
            this.executor = pool;
        } else {
            this.own = null;
            this.executor = given;
        }
    }

    private static ThreadPoolExecutor pool(String group, int slots) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                slots,
                slots,
                1,
                TimeUnit.MINUTES,
                new LinkedBlockingQueue<>(),
                new NamedThreads("rmq-consume-" + group),
                // A closed consumer hands nothing out; what was given up stays uncommitted.
                new ThreadPoolExecutor.DiscardPolicy());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    void submit(Work work) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            waiting.add(work);
        } finally {
            lock.unlock();
        }
        pump();
    }

    private void pump() {
        List<Work> begun = new ArrayList<>();
        lock.lock();
        try {
            while (!paused && !closed && running < slots && !waiting.isEmpty()) {
                long wait = rate.nanosToWait();
                if (wait > 0) {
                    pumpLater(wait);
                    break;
                }
                rate.take(1);
                running++;
                begun.add(waiting.remove());
            }
        } finally {
            lock.unlock();
        }
        begun.forEach(work -> start(work, new Slot()));
    }

    /** Called with the lock held. */
    private void pumpLater(long nanos) {
        if (!rateTimerSet) {
            rateTimerSet = true;
            loop.schedule(Duration.ofNanos(nanos), () -> {
                lock.lock();
                try {
                    rateTimerSet = false;
                } finally {
                    lock.unlock();
                }
                pump();
            });
        }
    }

    /** Work that is not taken, for want of memory for a thread, is tried again: its message must not be forgotten. */
    private void start(Work work, Slot slot) {
        try {
            executor.execute(() -> run(work, slot));
        } catch (RuntimeException | Error e) {
            if (isClosed()) {
                slot.release();
                return;
            }
            log.error(
                    "Group '{}' has no thread for a message; tried again in {} ms",
                    group,
                    PAUSE_WITHOUT_THREAD.toMillis(),
                    e);
            loop.schedule(PAUSE_WITHOUT_THREAD, () -> start(work, slot));
        }
    }

    private void run(Work work, Slot slot) {
        if (isClosed()) {
            slot.release();
            return;
        }
        handling.set(true);
        try {
            work.run(slot);
        } catch (RuntimeException | Error e) {
            slot.release();
            throw e;
        } finally {
            handling.remove();
        }
    }

    /** Tells the rate of messages beyond the one that each piece of work begins with. */
    void handsOut(int messages) {
        rate.take(messages - 1);
    }

    /** Whether the caller does work of this group. */
    boolean isWorkerThread() {
        return handling.get() != null;
    }

    void pause() {
        setPaused(true);
    }

    void resume() {
        setPaused(false);
        pump();
    }

    private void setPaused(boolean value) {
        lock.lock();
        try {
            paused = value;
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    int running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts nothing any more and waits until all work is settled but that of the caller.
     *
     * @return how many pieces are still not settled after that time
     */
    int closeAndAwait(Duration timeout) throws InterruptedException {
        int ofCaller = isWorkerThread() ? 1 : 0;
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            long left = timeout.toNanos();
            while (running > ofCaller && left > 0) {
                left = settled.awaitNanos(left);
            }
            return Math.max(0, running - ofCaller);
        } finally {
            lock.unlock();
        }
    }

    /** Interrupts handlers that still run, if the threads are its own. To be called when their queues are given up. */
    void end() {
        if (own == null) {
            return;
        }
        boolean before = Thread.currentThread().isInterrupted();
        own.shutdownNow();
        if (isWorkerThread() && !before) {
            // Closing goes on, on this very thread.
            Thread.interrupted();
        }
    }
}
