package io.reliablemq.spring.outbox;

import io.reliablemq.protocol.runtime.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bound of the table. Counting for every message would make the outbox slow, so the rows are counted once a second while
 * messages come in, and those that this instance adds are added; before anybody is refused they are counted again. Other instances
 * can therefore go beyond the bound by what they add within a second. Thread-safe.
 */
final class OutboxRoom {

    private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final OutboxTable table;
    private final long maxRows;
    private final Clock clock;
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong estimate = new AtomicLong();
    private volatile long countedAtNanos;
    private volatile boolean counted;

    OutboxRoom(OutboxTable table, long maxRows, Clock clock) {
        this.table = table;
        this.maxRows = maxRows;
        this.clock = clock;
    }

    /** @throws OutboxFullException if there is no room for another message */
    void take() {
        boolean fresh = counted && clock.nanos() - countedAtNanos < MAX_AGE_NANOS;
        if (!fresh || estimate.get() >= maxRows) {
            count();
        }
        if (estimate.get() >= maxRows) {
            refused.incrementAndGet();
            throw new OutboxFullException(maxRows);
        }
        estimate.incrementAndGet();
    }

    long refused() {
        return refused.get();
    }

    private void count() {
        estimate.set(table.count(maxRows));
        countedAtNanos = clock.nanos();
        counted = true;
    }
}
