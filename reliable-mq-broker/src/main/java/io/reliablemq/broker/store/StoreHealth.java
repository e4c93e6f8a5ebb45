package io.reliablemq.broker.store;

import io.reliablemq.broker.figures.Health.Finding;
import io.reliablemq.broker.figures.Health.Status;
import io.reliablemq.broker.figures.HealthChecks;
import java.util.ArrayList;
import java.util.List;

/** Whether the store takes messages, and keeps them as safely as it should. */
final class StoreHealth implements HealthChecks {

    private final CommitPoint commitPoint;

    StoreHealth(CommitPoint commitPoint) {
        this.commitPoint = commitPoint;
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
        return findings;
    }
}
