package io.reliablemq.broker.lab;

import io.reliablemq.broker.lab.LogImage.Entry;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.RetentionGuard;
import io.reliablemq.broker.store.index.SegmentContent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps one segment out of a few, so that deletions leave holes, and notes in the ledger what goes. */
final class LabRetention implements RetentionGuard {

    private static final int SMALLEST_SEGMENT = 4096;

    private final Machine machine;
    private final Ledger ledger;
    private final List<String> trace;
    private final Map<QueueKey, Long> nextOffsets;
    private final int keptOneIn;
    private boolean deleted;

    /**
     * @param nextOffsets of queues in segments that were deleted in this life and those before
     * @param keptOneIn 0 for none
     */
    LabRetention(Machine machine, Ledger ledger, List<String> trace, Map<QueueKey, Long> nextOffsets, int keptOneIn) {
        this.machine = machine;
        this.ledger = ledger;
        this.trace = trace;
        this.nextOffsets = nextOffsets;
        this.keptOneIn = keptOneIn;
    }

    @Override
    public Optional<String> reasonToKeep(SegmentContent segment) {
        boolean keep = keptOneIn > 0 && segment.base() / SMALLEST_SEGMENT % keptOneIn == 0;
        return keep ? Optional.of("the lab wants it") : Optional.empty();
    }

    @Override
    public boolean prepareDeletion() {
        return true;
    }

    @Override
    public void deleting(SegmentContent segment) {
        trace.add("  segment " + segment.base() + " is deleted");
        deleted = true;
        try {
            List<Entry> entries = LogImage.segment(machine.disk(), Machine.LOG, segment.base(), segment.next());
            ledger.deleted(entries);
            for (Entry entry : entries) {
                nextOffsets.merge(entry.queue(), entry.message().queueOffset() + 1, Math::max);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a segment was deleted in this life, or half-way. */
    boolean hasDeleted() {
        return deleted;
    }

    Map<QueueKey, Long> nextOffsets() {
        return nextOffsets;
    }
}
