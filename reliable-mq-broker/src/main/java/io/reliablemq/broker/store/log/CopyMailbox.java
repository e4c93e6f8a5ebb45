package io.reliablemq.broker.store.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Records on their way to the log writer of a copy. Bounded by whoever sends them, who waits for them to be confirmed.
 *
 * <p>Safe for use by any thread. The lock {@code queueLock} guards all.
 */
public final class CopyMailbox<C extends LogCopy> {

    private final ReentrantLock queueLock = new ReentrantLock();
    private final Condition written = queueLock.newCondition();
    private final ArrayDeque<C> queue = new ArrayDeque<>();
    private boolean writing;
    private boolean closed;

    /** @return false once it is closed */
    public boolean offer(C copy) {
        queueLock.lock();
        try {
            if (!closed) {
                queue.add(copy);
            }
            return !closed;
        } finally {
            queueLock.unlock();
        }
    }

    /** Takes what is here, as far as it fits into so many bytes, and at least one; {@link #done} is to follow. */
    List<C> take(long maxBytes) {
        queueLock.lock();
        try {
            List<C> taken = new ArrayList<>();
            long bytes = 0;
            for (C next = queue.peek(); next != null; next = queue.peek()) {
                bytes += next.chunk().records().length;
                if (!taken.isEmpty() && bytes > maxBytes) {
                    break;
                }
                taken.add(queue.remove());
            }
            writing = !taken.isEmpty();
            return taken;
        } finally {
            queueLock.unlock();
        }
    }

    /** What was taken is written, but for these, which are put back. */
    void done(List<C> rest) {
        queueLock.lock();
        try {
            for (int i = rest.size() - 1; i >= 0; i--) {
                queue.addFirst(rest.get(i));
            }
            writing = false;
            written.signalAll();
        } finally {
            queueLock.unlock();
        }
    }

    /** Throws away what is here, and returns once the log writer is done with what it has taken before. */
    public void discard() {
        queueLock.lock();
        try {
            queue.clear();
            while (writing) {
                written.awaitUninterruptibly();
            }
            queue.clear();
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
}
