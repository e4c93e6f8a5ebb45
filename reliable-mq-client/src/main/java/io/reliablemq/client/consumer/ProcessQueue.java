package io.reliablemq.client.consumer;

import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The window of one queue: what has been pulled and is not finished.
 *
 * <p>Thread-safe: messages are added by {@code rmq-client} and finished by any thread, in any order; {@code lock} guards
 * all of it. The offset to commit never passes an unfinished message. Once retired, nothing is handed out any more, but
 * what is in hand can still be finished. Once dropped, nothing moves any more.
 */
final class ProcessQueue {

    private final Queue queue;
    private final CacheBudget budget;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final OffsetWindow unfinished = new OffsetWindow();
    private final CompletableFuture<Void> idle = new CompletableFuture<>();
    private long nextOffset;
    private long bytes;
    private int inHand;

    /** Of the message that was news last; -1 if none was. */
    private long reportedOffset = -1;

    private @Nullable Runnable onRoom;
    private volatile Runnable onAllFinished = () -> {};
    private volatile boolean retired;
    private volatile boolean dropped;

    /** Orderly only: until when the lock on the queue is surely ours, by the clock's nanoseconds. */
    private volatile long heldUntilNanos;

    /** The oldest unfinished message. @param isNews whether it was not asked for before with that age */
    record Oldest(StoredMessage message, long sinceNanos, boolean isNews) {}

    /** @param nextOffset the first offset that is to be pulled */
    ProcessQueue(Queue queue, long nextOffset, CacheBudget budget, Clock clock) {
        this.queue = queue;
        this.nextOffset = nextOffset;
        this.budget = budget;
        this.clock = clock;
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
        List<StoredMessage> added = new ArrayList<>(messages.size());
        long addedBytes = 0;
        lock.lock();
        try {
            long now = clock.nanos();
            for (StoredMessage message : messages) {
                if (!dropped && message.queueOffset() >= nextOffset && unfinished.add(message, now)) {
                    addedBytes += message.bodySize();
                    added.add(message);
                }
            }
            bytes += addedBytes;
            nextOffset = Math.max(nextOffset, next);
        } finally {
            lock.unlock();
        }
        budget.add(added.size(), addedBytes);
        return added;
    }

    /**
     * The message will stay for long.
     *
     * @return the same, without what came with it, which must not stay as well
     */
    StoredMessage keepApart(StoredMessage message) {
        StoredMessage apart;
        try {
            apart = message.withOwnBody();
        } catch (OutOfMemoryError e) {
            // Its next attempt must not depend on that.
            return message;
        }
        if (apart != message) {
            lock.lock();
            try {
                unfinished.replace(apart);
            } finally {
                lock.unlock();
            }
        }
        return apart;
    }

    /** The message at that offset needs no further attention here: it was handled, or the broker has it back. */
    void finish(long offset) {
        finish(offset, false);
    }

    /** The message that {@link #begin()} told of was handled: as {@link #finish} and {@link #end}. */
    void finishAndEnd(long offset) {
        finish(offset, true);
    }

    private void finish(long offset, boolean ends) {
        Runnable room = null;
        boolean allFinished = false;
        boolean last;
        StoredMessage done;
        lock.lock();
        try {
            done = dropped ? null : unfinished.finish(offset);
            if (done != null) {
                bytes -= done.bodySize();
                allFinished = unfinished.isEmpty();
                if (onRoom != null && !isFull()) {
                    room = onRoom;
                    onRoom = null;
                }
            }
            last = ends && isLastOut();
        } finally {
            lock.unlock();
        }
        if (done != null) {
            budget.remove(1, done.bodySize());
        }
        if (room != null) {
            room.run();
        }
        if (allFinished) {
            onAllFinished.run();
        }
        if (last) {
            idle.complete(null);
        }
    }

    /** One less is in hand. Called with the lock held. @return whether that was the last one of a retired queue */
    private boolean isLastOut() {
        inHand--;
        return inHand == 0 && retired;
    }

    /** From now on, this runs each time when nothing is unfinished any more, on the thread that finished the last one. */
    void onAllFinished(Runnable listener) {
        onAllFinished = listener;
    }

    /** The first messages that are not finished, in order. */
    List<StoredMessage> first(int count) {
        lock.lock();
        try {
            return unfinished.first(count);
        } finally {
            lock.unlock();
        }
    }

    /** A listener begins to work on messages of this queue. @return false if none is to be handed out any more */
    boolean begin() {
        lock.lock();
        try {
            if (dropped || retired) {
                return false;
            }
            inHand++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The work that {@link #begin()} told of is settled. */
    void end() {
        boolean last;
        lock.lock();
        try {
            last = isLastOut();
        } finally {
            lock.unlock();
        }
        if (last) {
            idle.complete(null);
        }
    }

    /** Hands nothing out any more. @return completes when all work on messages of this queue is settled */
    CompletableFuture<Void> retire() {
        boolean none;
        lock.lock();
        try {
            retired = true;
            none = inHand == 0;
        } finally {
            lock.unlock();
        }
        if (none) {
            idle.complete(null);
        }
        return idle;
    }

    /** The smallest unfinished offset, or the next to be pulled where nothing is unfinished. */
    long commitOffset() {
        lock.lock();
        try {
            return unfinished.isEmpty() ? nextOffset : unfinished.firstOffset();
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

    /** The message that holds the committed offset back. @param ageNanos what age makes it news, once */
    @Nullable
    Oldest oldest(long ageNanos) {
        lock.lock();
        try {
            StoredMessage first = unfinished.first();
            if (first == null) {
                return null;
            }
            long since = unfinished.firstSinceNanos();
            boolean news = first.queueOffset() != reportedOffset && clock.nanos() - since >= ageNanos;
            if (news) {
                reportedOffset = first.queueOffset();
            }
            return new Oldest(first, since, news);
        } finally {
            lock.unlock();
        }
    }

    boolean isInHand() {
        lock.lock();
        try {
            return inHand > 0;
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
            if (full) {
                return false;
            }
        } finally {
            lock.unlock();
        }
        return budget.hasRoom(later);
    }

    /** A message that stays unfinished for long bounds the span as well, since a crash hands all behind it out again. */
    private boolean isFull() {
        return unfinished.size() >= budget.limits().maxMessagesPerQueue()
                || bytes >= budget.limits().maxBytesPerQueue()
                || !unfinished.isEmpty()
                        && nextOffset - unfinished.firstOffset()
                                >= 2L * budget.limits().maxMessagesPerQueue();
    }

    /** Forgets the messages: the queue belongs to another member now, or is read anew from another offset. */
    void drop() {
        int messages;
        long droppedBytes;
        lock.lock();
        try {
            dropped = true;
            messages = unfinished.size();
            droppedBytes = bytes;
            unfinished.clear();
            bytes = 0;
            onRoom = null;
        } finally {
            lock.unlock();
        }
        budget.remove(messages, droppedBytes);
    }

    boolean isDropped() {
        return dropped;
    }

    void holdUntil(long nanos) {
        heldUntilNanos = nanos;
    }

    long heldUntilNanos() {
        return heldUntilNanos;
    }

    boolean isHeld() {
        return heldUntilNanos - clock.nanos() > 0;
    }
}
