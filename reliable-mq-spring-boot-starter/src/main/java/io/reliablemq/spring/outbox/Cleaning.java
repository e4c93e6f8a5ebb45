package io.reliablemq.spring.outbox;

import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Deletes the sent messages that were kept for their time, and the oldest of them if they are too many. Owned by the relay's thread.
 */
final class Cleaning {

    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** How many are deleted in one step, so that those that wait are not held up. */
    private static final int AT_ONCE = 500;

    private final OutboxTable table;
    private final Duration retention;
    private final long most;
    private final Clock clock;
    private long nextRoundNanos;
    /** What was sent before, in ms since 1970, goes in this round. */
    private long before;

    private boolean hasMore;

    Cleaning(OutboxTable table, OutboxSettings settings, Clock clock) {
        this.table = table;
        this.retention = settings.retention();
        this.most = settings.maxRows();
        this.clock = clock;
        this.nextRoundNanos = clock.nanos();
    }

    void step() {
        if (retention.isZero() || !hasMore && nextRoundNanos - clock.nanos() > 0) {
            return;
        }
        if (!hasMore) {
            nextRoundNanos = clock.nanos() + PAUSE_NANOS;
            before = Math.max(clock.wallMs() - retention.toMillis(), table.sentAtOfNewest(most));
        }
        // What fails is left to the next round.
        hasMore = false;
        hasMore = table.deleteSentBefore(before, AT_ONCE) == AT_ONCE;
    }
}
