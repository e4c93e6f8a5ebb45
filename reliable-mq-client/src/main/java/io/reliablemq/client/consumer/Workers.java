package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.GrowingThreads;
import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
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

    private static final int IN_A_ROW = 16;

    /** Of a few messages in a row. While classes are loaded and compiled, quick listeners take some tens of microseconds for each. */
    private static final Duration SLOW = Duration.ofMillis(1);

    private final String group;
    private final int slots;
    private final Rate rate;
    private final TaskLoop loop;
    private final Executor executor;
    private final @Nullable ThreadPoolExecutor own;
    private final int inARow;
    private final ThreadLocal<@Nullable Boolean> handling = new ThreadLocal<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition settled = lock.newCondition();
    private final WaitingWork waiting = new WaitingWork();
    private int running;
    private boolean paused;
    private boolean closed;
    private boolean rateTimerSet;

    /** Something to do that takes one of the slots. */
    interface Work {

        /** @param slot is to be released exactly once, here or later, by whichever thread */
        void run(Slot slot);

        /** What waits is begun from the greatest priority on; 0 for what is in no hurry. */
        default int priority() {
            return 0;
        }
    }

    /** A place among those that work at once. */
    final class Slot {

        private final AtomicBoolean released = new AtomicBoolean();

        /** Not null while the work is called; guarded by being this thread or not. */
        private volatile @Nullable Thread caller = Thread.currentThread();

        /** Of the caller's own. */
        private boolean releasedByCaller;

        void release() {
            if (released.compareAndSet(false, true)) {
                if (Thread.currentThread() == caller) {
                    // The place passes on to the next piece of work without a hand-over.
                    releasedByCaller = true;
                } else {
                    free();
                }
            }
        }

        /** The call has returned. @return whether its thread has the place back */
        private boolean endOfCall() {
            caller = null;
            return releasedByCaller;
        }
    }

    private void free() {
        lock.lock();
        try {
            running--;
            settled.signalAll();
        } finally {
            lock.unlock();
        }
        pump();
    }

    /** @param given runs the work; null for threads of its own */
    Workers(String group, int slots, @Nullable Executor given, Rate rate, TaskLoop loop, Clock clock) {
        this.group = group;
        this.slots = slots;
        this.rate = rate;
        this.loop = loop;
        if (given == null) {
            GrowingThreads threads = new GrowingThreads(
                    "rmq-consume-" + group,
                    GrowingThreads.few(),
                    slots,
                    SLOW,
                    // A closed consumer hands nothing out; what was given up stays uncommitted.
                    new ThreadPoolExecutor.DiscardPolicy(),
                    loop,
                    clock);
            this.own = threads.threads();
            this.executor = threads;
            this.inARow = IN_A_ROW;
        } else {
            this.own = null;
            this.executor = given;
            this.inARow = 1;
        }
    }

    void submit(Work work) {
        submit(List.of(work));
    }

    void submit(List<Work> pieces) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            pieces.forEach(waiting::add);
        } finally {
            lock.unlock();
        }
        pump();
    }

    private void pump() {
        List<Work> begun = List.of();
        lock.lock();
        try {
            while (running < slots) {
                Work next = next();
                if (next == null) {
                    break;
                }
                running++;
                begun = begun.isEmpty() ? new ArrayList<>() : begun;
                begun.add(next);
            }
        } finally {
            lock.unlock();
        }
        begun.forEach(this::start);
    }

    /** What may begin now; null if nothing may. Called with the lock held. */
    private @Nullable Work next() {
        if (paused || closed || waiting.isEmpty()) {
            return null;
        }
        long wait = rate.nanosToWait();
        if (wait > 0) {
            pumpLater(wait);
            return null;
        }
        rate.take(1);
        return waiting.poll();
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
    private void start(Work work) {
        try {
            executor.execute(() -> run(work));
        } catch (RuntimeException | Error e) {
            if (isClosed()) {
                free();
                return;
            }
            log.error(
                    "Group '{}' has no thread for a message; tried again in {} ms",
                    group,
                    PAUSE_WITHOUT_THREAD.toMillis(),
                    e);
            loop.schedule(PAUSE_WITHOUT_THREAD, () -> start(work));
        }
    }

    /** That piece of work, and where the threads are our own some of those that wait, as waking another thread takes longer. */
    private void run(Work first) {
        if (isClosed()) {
            free();
            return;
        }
        handling.set(true);
        try {
            Work work = first;
            for (int left = inARow - 1; work != null; left--) {
                work = call(work) ? nextInPlace(left > 0) : null;
            }
        } finally {
            handling.remove();
        }
    }

    /** @return whether its place is free again, for this thread to use or to {@link #free()} */
    private boolean call(Work work) {
        Slot slot = new Slot();
        boolean returned = false;
        try {
            work.run(slot);
            returned = true;
        } finally {
            if (!returned) {
                slot.release();
                if (slot.endOfCall()) {
                    free();
                }
            }
        }
        return slot.endOfCall();
    }

    /** Takes the next piece of work into a place that is free, or gives the place back. */
    private @Nullable Work nextInPlace(boolean more) {
        if (more) {
            lock.lock();
            try {
                Work next = next();
                if (next != null) {
                    return next;
                }
            } finally {
                lock.unlock();
            }
        }
        free();
        return null;
    }

    /**
     * Tells the rate how many messages a piece of work hands out, where that is not the one that it began with. To be called
     * before the slot is released, so that whoever has it next finds what was not used.
     */
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
