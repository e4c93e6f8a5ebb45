package io.reliablemq.client.consumer;

import io.reliablemq.client.api.CacheLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all queues of a consumer hold together. Thread-safe: the counts are atomic, since each message changes them; who waits is
 * guarded by the monitor of {@code waiting}.
 */
final class CacheBudget {

    private static final int MOST_BYTES = 256 << 10;
    private static final int LEAST_BYTES = 32 << 10;
    private static final int LEAST_MESSAGES = 32;

    /** All queues are pulled when there is room: their answers together go beyond the limits by this part of them. */
    private static final int BEYOND = 4;

    private final CacheLimits limits;
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final List<Runnable> waiting = new ArrayList<>();

    /** Set before whoever waits looks again, so that one of the two sees the other. */
    private volatile boolean anyWaiting;

    CacheBudget(CacheLimits limits) {
        this.limits = limits;
    }

    CacheLimits limits() {
        return limits;
    }

    /** The most that one pull may ask for. A message that is larger comes alone. */
    record Share(int messages, int bytes) {}

    /** What each of so many queues may ask for with one pull. */
    Share share(int queues) {
        long all = (long) Math.max(1, queues) * BEYOND;
        return new Share((int) Math.max(LEAST_MESSAGES, limits.maxMessages() / all), (int)
                Math.max(LEAST_BYTES, Math.min(MOST_BYTES, limits.maxBytes() / all)));
    }

    void add(int addedMessages, long addedBytes) {
        messages.addAndGet(addedMessages);
        bytes.addAndGet(addedBytes);
    }

    void remove(int removedMessages, long removedBytes) {
        messages.addAndGet(-removedMessages);
        bytes.addAndGet(-removedBytes);
        if (anyWaiting && !isFull()) {
            waiters().forEach(Runnable::run);
        }
    }

    private List<Runnable> waiters() {
        synchronized (waiting) {
            List<Runnable> all = List.copyOf(waiting);
            waiting.clear();
            anyWaiting = false;
            return all;
        }
    }

    /** @param later if there is no room, this runs once as soon as there is, on the thread that made it */
    boolean hasRoom(Runnable later) {
        if (!isFull()) {
            return true;
        }
        synchronized (waiting) {
            waiting.add(later);
            anyWaiting = true;
            // What made room before it was seen that somebody waits has woken nobody.
            if (isFull()) {
                return false;
            }
            waiting.remove(later);
            anyWaiting = !waiting.isEmpty();
            return true;
        }
    }

    private boolean isFull() {
        return messages.get() >= limits.maxMessages() || bytes.get() >= limits.maxBytes();
    }

    long messages() {
        return messages.get();
    }

    long bytes() {
        return bytes.get();
    }
}
