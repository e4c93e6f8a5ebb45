package io.reliablemq.client.consumer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A deque that lets those go who wait for an element when it is closed. Thread-safe: {@code lock} guards all of it. */
final class ClosableDeque<E> {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<E> elements = new ArrayDeque<>();
    private boolean closed;

    void addLast(E element) {
        lock.lock();
        try {
            elements.addLast(element);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    void addFirst(E element) {
        lock.lock();
        try {
            elements.addFirst(element);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The first element; null if there is none. */
    @Nullable
    E poll() {
        lock.lock();
        try {
            return elements.pollFirst();
        } finally {
            lock.unlock();
        }
    }

    /** The first element, which is waited for; null if none has come in time, or before the end. */
    @Nullable
    E poll(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (elements.isEmpty() && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            return elements.pollFirst();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody waits any more, now or later. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
