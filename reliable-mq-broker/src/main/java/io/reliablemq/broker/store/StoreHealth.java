package io.reliablemq.broker.store;

import io.reliablemq.broker.figures.Health.Finding;
import io.reliablemq.broker.figures.Health.Status;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.store.log.LogScrubber;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Whether the store takes messages, and keeps them as safely as it should. */
final class StoreHealth implements HealthChecks {

    private final CommitPoint commitPoint;
    private final DiskSpace space;
    private final LogScrubber scrubber;
    private final Supplier<@Nullable String> shortage;

    /** @param shortage why the next file of the log, which is needed now, cannot be made; null if nothing is missing */
    StoreHealth(CommitPoint commitPoint, DiskSpace space, LogScrubber scrubber, Supplier<@Nullable String> shortage) {
        this.commitPoint = commitPoint;
        this.space = space;
        this.scrubber = scrubber;
        this.shortage = shortage;
    }

    @Override
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        String failure = commitPoint.failure();
        if (failure != null) {
            findings.add(new Finding(
                    "log",
                    Status.DOWN,
                    failure,
                    "Look at the disk and at the broker's log for the cause, remove it, and restart the broker: it"
                            + " recovers what is on disk. What is stored can be read meanwhile."));
        }
        long unsafe = commitPoint.unsafeMessages();
        if (unsafe > 0) {
            findings.add(new Finding(
                    "flush",
                    Status.DEGRADED,
                    unsafe + " messages were answered FLUSH_DISK_TIMEOUT and are not on disk yet",
                    "Look for what keeps the disk busy; the messages are safe once this finding is gone."));
        }
        if (space.isLow()) {
            findings.add(new Finding(
                    "disk",
                    Status.DEGRADED,
                    "Producers are refused: " + space.reason(),
                    "Make room on the disk or shorten the retention; producers are let in again by themselves. Consuming"
                            + " goes on."));
        }
        String missing = shortage.get();
        if (missing != null) {
            findings.add(new Finding(
                    "segment",
                    Status.DEGRADED,
                    "Messages that do not fit into the last log file are refused: " + missing,
                    "Look at the process's limit of open files and at the rights of the folder log; producers are let in"
                            + " again by themselves. Consuming goes on."));
        }
        List<LogScrubber.Finding> damage = scrubber.findings();
        if (!damage.isEmpty()) {
            findings.add(new Finding(
                    "damage",
                    Status.DEGRADED,
                    "The log is damaged at " + damage.size() + " place(s), first at position "
                            + damage.get(0).position() + ": " + damage.get(0).what(),
                    "The disk is failing: copy the data folder elsewhere. Stop the broker and restore the segment from a"
                            + " copy, or start once with reliable-mq.broker.recovery=salvage."));
        }
        return findings;
    }
}
