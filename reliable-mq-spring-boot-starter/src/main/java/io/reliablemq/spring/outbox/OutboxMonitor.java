package io.reliablemq.spring.outbox;

import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.spring.outbox.OutboxTable.Backlog;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Tells how the outbox is doing. Thread-safe. */
public final class OutboxMonitor {

    private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final OutboxTable table;
    private final OutboxRoom room;
    private final RelayStatus status;
    private final Clock clock;

    private record Reading(Backlog backlog, long takenAtNanos) {}

    private volatile Reading reading;

    OutboxMonitor(OutboxTable table, OutboxRoom room, RelayStatus status, Clock clock) {
        this.table = table;
        this.room = room;
        this.status = status;
        this.clock = clock;
        this.reading = new Reading(new Backlog(0, 0, 0), clock.nanos() - MAX_AGE_NANOS);
    }

    /**
     * The figures, those of the table not older than a second.
     *
     * @throws org.springframework.dao.DataAccessException if the database does not tell
     */
    public OutboxFigures figures() {
        Backlog backlog = backlog();
        long age = backlog.waiting() == 0 ? 0 : Math.max(0, clock.wallMs() - backlog.oldestWaitingAt());
        return new OutboxFigures(
                backlog.waiting(),
                Duration.ofMillis(age),
                backlog.parked(),
                status.sent(),
                status.failedSends(),
                room.refused(),
                status.lanes(),
                status.problem());
    }

    /** Why this instance sends nothing, without asking the database; empty if nothing is known to keep it from it. */
    public String problem() {
        return status.problem();
    }

    private Backlog backlog() {
        Reading latest = reading;
        if (clock.nanos() - latest.takenAtNanos() >= MAX_AGE_NANOS) {
            latest = new Reading(table.backlog(), clock.nanos());
            reading = latest;
        }
        return latest.backlog();
    }
}
