package io.reliablemq.client.consumer;

import io.reliablemq.client.api.CacheLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** What all queues of a consumer hold together. Thread-safe; {@code lock} guards all of it. */
final class CacheBudget {

    private final CacheLimits limits;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Runnable> waiting = new ArrayList<>();
    private long messages;
    private long bytes;

    CacheBudget(CacheLimits limits) {
        this.limits = limits;
    }

    CacheLimits limits() {
        return limits;
    }

    void add(int addedMessages, long addedBytes) {
        change(addedMessages, addedBytes);
    }

    void remove(int removedMessages, long removedBytes) {
        change(-removedMessages, -removedBytes);
    }

    private void change(int ofMessages, long ofBytes) {
        List<Runnable> room = List.of();
        lock.lock();
        try {
            messages += ofMessages;
            bytes += ofBytes;
            if (!waiting.isEmpty() && !isFull()) {
                room = List.copyOf(waiting);
                waiting.clear();
            }
        } finally {
            lock.unlock();
        }
        room.forEach(Runnable::run);
    }

    /** @param later if there is no room, this runs once as soon as there is, on the thread that made it */
    boolean hasRoom(Runnable later) {
        lock.lock();
        try {
            if (!isFull()) {
                return true;
            }
            waiting.add(later);
            return false;
        } finally {
            lock.unlock();
        }
    }

    private boolean isFull() {
        return messages >= limits.maxMessages() || bytes >= limits.maxBytes();
    }

    long messages() {
        lock.lock();
        try {
            return messages;
        } finally {
            lock.unlock();
        }
    }

    long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }
}
