package io.reliablemq.broker.store;

import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.log.AppendMailbox;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;

/**
 * Answers appends whose time is over, while the log writer may be stuck in a write or force. Looks again at intervals while
 * appends wait, and sleeps when none do.
 *
 * <p>Runs on {@code rmq-store-deadlines}, and does no I/O.
 */
final class AppendDeadlines implements Agent {

    private static final long MAX_INTERVAL_NANOS = 100_000_000L;
    private static final int LOOKS_PER_TIMEOUT = 20;

    private final AppendMailbox<PendingAppend> mailbox;
    private final CommitPoint commitPoint;
    private final Clock clock;
    private final ErrorSink errors;
    private final long intervalNanos;
    private volatile boolean idle;

    AppendDeadlines(
            AppendMailbox<PendingAppend> mailbox,
            CommitPoint commitPoint,
            Clock clock,
            ErrorSink errors,
            long timeoutNanos) {
        this.mailbox = mailbox;
        this.commitPoint = commitPoint;
        this.clock = clock;
        this.errors = errors;
        this.intervalNanos = Math.min(MAX_INTERVAL_NANOS, Math.max(1, timeoutNanos / LOOKS_PER_TIMEOUT));
    }

    @Override
    public String name() {
        return "rmq-store-deadlines";
    }

    @Override
    public long doWork() {
        idle = false;
        long now = clock.nanos();
        for (PendingAppend append : mailbox.expire(now)) {
            append.answer(Status.BUSY, "The append waited too long for the disk; try again", mailbox, errors);
        }
        commitPoint.expire(now);
        if (mailbox.pending() > 0) {
            return intervalNanos;
        }
        // Announced before the last look, so that an append that does not see it is seen here.
        idle = true;
        return mailbox.pending() > 0 ? intervalNanos : UNTIL_SIGNAL;
    }

    /** Whether it waits for a signal. */
    boolean isIdle() {
        return idle;
    }
}
