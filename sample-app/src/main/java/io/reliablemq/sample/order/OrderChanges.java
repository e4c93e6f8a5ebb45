package io.reliablemq.sample.order;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;

/** Counts changes of orders once they are committed, so that others can wait for news. Thread-safe. */
@Component
public class OrderChanges {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long version; // guarded by lock

    @TransactionalEventListener(fallbackExecution = true)
    void onOrderChanged(OrderChanged event) {
        lock.lock();
        try {
            version++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many changes there have been since the start of the application. */
    public long version() {
        lock.lock();
        try {
            return version;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until there is a change after the given version, or until the time is over.
     *
     * @param seen a {@link #version()} that was read <b>before</b> looking at the orders
     * @return whether there was a change
     */
    public boolean awaitAfter(long seen, Duration atMost) throws InterruptedException {
        long nanos = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (version == seen && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return version != seen;
        } finally {
            lock.unlock();
        }
    }
}
