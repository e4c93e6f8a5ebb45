package io.reliablemq.client.consumer;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where consuming threads ask before they hand out a message: they wait here while the consumer is paused, and are turned
 * away once it closes. Counts what is being worked on, so that closing can wait for it. Thread-safe.
 */
final class Gate {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean paused;
    private boolean closed;
    private int inside;

    /** Waits while paused. @return false if the gate is closed: hand nothing out */
    boolean enter() {
        lock.lock();
        try {
            while (paused && !closed) {
                changed.awaitUninterruptibly();
            }
            if (closed) {
                return false;
            }
            inside++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The counterpart of an {@link #enter()} that was answered with true. */
    void leave() {
        lock.lock();
        try {
            inside--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void pause() {
        setPaused(true);
    }

    void resume() {
        setPaused(false);
    }

    private void setPaused(boolean value) {
        lock.lock();
        try {
            paused = value;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets nobody in any more and waits until all have left but the caller.
     *
     * @param own how many of those inside are the caller itself
     * @return how many others are still inside after that time
     */
    int closeAndAwait(int own, long timeoutNanos) throws InterruptedException {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            long left = timeoutNanos;
            while (inside > own && left > 0) {
                left = changed.awaitNanos(left);
            }
            return Math.max(0, inside - own);
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
}
