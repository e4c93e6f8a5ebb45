package io.reliablemq.client.consumer;

import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.protocol.message.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The window of one queue: what has been pulled and is not finished.
 *
 * <p>Thread-safe: messages are added by {@code rmq-client} and finished by any thread, in any order; {@code lock} guards
 * all of it. The offset to commit never passes an unfinished message. Once dropped, nothing moves any more.
 */
final class ProcessQueue {

    private final Queue queue;
    private final int maxMessages;
    private final long maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<Long, StoredMessage> unfinished = new TreeMap<>();
    private long nextOffset;
    private long bytes;
    private @Nullable Runnable onRoom;
    private volatile boolean dropped;

    /** @param nextOffset the first offset that is to be pulled */
    ProcessQueue(Queue queue, long nextOffset, int maxMessages, long maxBytes) {
        this.queue = queue;
        this.nextOffset = nextOffset;
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    Queue queue() {
        return queue;
    }

    /**
     * Takes what a pull has brought.
     *
     * @param next where the next pull begins: all before it is either in the window or not wanted
     * @return the messages that are new
     */
    List<StoredMessage> add(List<StoredMessage> messages, long next) {
        lock.lock();
        try {
            List<StoredMessage> added = new ArrayList<>(messages.size());
            for (StoredMessage message : messages) {
                if (!dropped
                        && message.queueOffset() >= nextOffset
                        && unfinished.putIfAbsent(message.queueOffset(), message) == null) {
                    bytes += message.body().length;
                    added.add(message);
                }
            }
            nextOffset = Math.max(nextOffset, next);
            return added;
        } finally {
            lock.unlock();
        }
    }

    /** The message at that offset needs no further attention here: it was handled, or the broker has it back. */
    void finish(long offset) {
        Runnable room = null;
        lock.lock();
        try {
            StoredMessage message = dropped ? null : unfinished.remove(offset);
            if (message != null) {
                bytes -= message.body().length;
                if (onRoom != null && !isFull()) {
                    room = onRoom;
                    onRoom = null;
                }
            }
        } finally {
            lock.unlock();
        }
        if (room != null) {
            room.run();
        }
    }

    /** The smallest unfinished offset, or the next to be pulled where nothing is unfinished. */
    long commitOffset() {
        lock.lock();
        try {
            return unfinished.isEmpty() ? nextOffset : unfinished.firstKey();
        } finally {
            lock.unlock();
        }
    }

    long nextOffset() {
        lock.lock();
        try {
            return nextOffset;
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return unfinished.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether more may be pulled.
     *
     * @param later if not, this runs once as soon as there is room, on the thread that made it
     */
    boolean hasRoom(Runnable later) {
        lock.lock();
        try {
            boolean full = isFull();
            onRoom = full ? later : null;
            return !full;
        } finally {
            lock.unlock();
        }
    }

    /** A message that stays unfinished for long bounds the span as well, since a crash hands all behind it out again. */
    private boolean isFull() {
        return unfinished.size() >= maxMessages
                || bytes >= maxBytes
                || !unfinished.isEmpty() && nextOffset - unfinished.firstKey() >= 2L * maxMessages;
    }

    /** Forgets the messages: the queue belongs to another member now, or is read anew from another offset. */
    void drop() {
        lock.lock();
        try {
            dropped = true;
            unfinished.clear();
            bytes = 0;
            onRoom = null;
        } finally {
            lock.unlock();
        }
    }

    boolean isDropped() {
        return dropped;
    }
}
