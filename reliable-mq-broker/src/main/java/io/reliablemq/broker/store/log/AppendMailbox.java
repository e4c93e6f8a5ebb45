package io.reliablemq.broker.store.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Appends on their way to the log writer, bounded in number and bytes. Safe for use by any thread.
 *
 * <p>An append is either here, where it can be taken back, or was drained, and then will be written: the lock
 * {@code queueLock} decides. The bound counts an append until it is {@link #release released}, that is answered.
 */
public final class AppendMailbox<A extends LogAppend> {

    /** What became of an offer. */
    public enum Offer {
        ACCEPTED,
        FULL,
        CLOSED
    }

    private final int maxAppends;
    private final long maxBytes;
    private final ReentrantLock queueLock = new ReentrantLock();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong pendingBytes = new AtomicLong();
    private final ArrayDeque<A> queue = new ArrayDeque<>();
    private long queuedRecordBytes;
    private boolean closed;

    public AppendMailbox(int maxAppends, long maxBytes) {
        this.maxAppends = maxAppends;
        this.maxBytes = maxBytes;
    }

    public Offer offer(A append) {
        queueLock.lock();
        try {
            if (closed) {
                return Offer.CLOSED;
            }
            // One append is let in whatever its size, or a large one could never be sent.
            int count = pending.get();
            if (count >= maxAppends || count > 0 && pendingBytes.get() + append.bytes() > maxBytes) {
                return Offer.FULL;
            }
            pending.incrementAndGet();
            pendingBytes.addAndGet(append.bytes());
            queue.add(append);
            queuedRecordBytes += append.recordBytes();
            return Offer.ACCEPTED;
        } finally {
            queueLock.unlock();
        }
    }

    /** How many bytes the records of all that is here take in the log. */
    long queuedRecordBytes() {
        queueLock.lock();
        try {
            return queuedRecordBytes;
        } finally {
            queueLock.unlock();
        }
    }

    /** Takes what has arrived, as far as its records take no more bytes than these. */
    List<A> drain(long maxRecordBytes) {
        queueLock.lock();
        try {
            if (queuedRecordBytes <= maxRecordBytes) {
                return drainLocked();
            }
            List<A> drained = new ArrayList<>();
            long left = maxRecordBytes;
            for (A next = queue.peek(); next != null && next.recordBytes() <= left; next = queue.peek()) {
                left -= next.recordBytes();
                drained.add(poll());
            }
            return drained;
        } finally {
            queueLock.unlock();
        }
    }

    private A poll() {
        A first = queue.remove();
        queuedRecordBytes -= first.recordBytes();
        return first;
    }

    /** Takes back what has waited past its deadline; it will never be written. */
    public List<A> expire(long nowNanos) {
        queueLock.lock();
        try {
            List<A> expired = new ArrayList<>();
            while (!queue.isEmpty() && queue.peek().deadlineNanos() - nowNanos <= 0) {
                expired.add(poll());
            }
            return expired;
        } finally {
            queueLock.unlock();
        }
    }

    /** Lets nothing more in. */
    public void close() {
        queueLock.lock();
        try {
            closed = true;
        } finally {
            queueLock.unlock();
        }
    }

    /** Lets nothing more in, and takes back what is here; it will never be written. */
    public List<A> closeAndTakeBack() {
        queueLock.lock();
        try {
            closed = true;
            return drainLocked();
        } finally {
            queueLock.unlock();
        }
    }

    /** The append was answered and no longer counts. */
    public void release(A append) {
        pendingBytes.addAndGet(-append.bytes());
        pending.decrementAndGet();
    }

    /** How many appends wait for their answer. */
    public int pending() {
        return pending.get();
    }

    /** How many bytes these hold. */
    public long pendingBytes() {
        return pendingBytes.get();
    }

    private List<A> drainLocked() {
        if (queue.isEmpty()) {
            return List.of();
        }
        List<A> drained = new ArrayList<>(queue);
        queue.clear();
        queuedRecordBytes = 0;
        return drained;
    }
}
