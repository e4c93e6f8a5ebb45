package io.reliablemq.broker.store;

import io.reliablemq.broker.store.file.DataFolder;
import io.reliablemq.broker.store.index.IndexMismatchException;
import io.reliablemq.broker.store.index.IndexedMessage;
import io.reliablemq.broker.store.index.QueueEntries;
import io.reliablemq.broker.store.index.QueueIndex;
import io.reliablemq.broker.store.index.SegmentIndex;
import io.reliablemq.broker.store.index.SegmentIndexes;
import io.reliablemq.broker.store.log.LogCorruptException;
import io.reliablemq.broker.store.log.LogFolder;
import io.reliablemq.broker.store.log.LogGaps;
import io.reliablemq.broker.store.log.LogRecovery;
import io.reliablemq.broker.store.log.LogRecovery.Recovered;
import io.reliablemq.broker.store.log.LogSettings;
import io.reliablemq.protocol.message.MessageFormatException;
import io.reliablemq.protocol.message.MessageSummary;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Brings log and index back together; used once, by the thread that opens the store. */
final class StoreRecovery implements LogRecovery.Visitor {

    /** An ended segment, and the indexes whose file for it has to be written. */
    record Unindexed(long base, long next, List<SegmentIndex> missing) {}

    private final LogFolder folder;
    private final QueueIndex queues;
    private final SegmentIndexes indexes;
    private final List<Unindexed> unindexed = new ArrayList<>();
    private final List<Uncommitted> uncommitted = new ArrayList<>();
    private long visibleTo;
    private long visibleEnd = -1;
    private LogGaps gaps = LogGaps.NONE;
    private long lost;
    private long segmentBase;
    private long askedFor = -1;
    private List<SegmentIndex> rebuilding;

    StoreRecovery(LogFolder folder, QueueIndex queues, SegmentIndexes indexes) {
        this.folder = folder;
        this.queues = queues;
        this.indexes = indexes;
        this.rebuilding = indexes.all();
    }

    /**
     * What was brought back.
     *
     * @param uncommitted messages of which it is not known that they were committed
     * @param committed where the last message ends that was committed, or the log
     * @param lastTimestamp of the last message
     */
    record Outcome(
            Recovered log,
            List<Unindexed> unindexed,
            List<Uncommitted> uncommitted,
            long committed,
            long lastTimestamp,
            RecoveryReport report) {}

    /**
     * @param marks what is known of the log; what is not known to be committed is not shown
     */
    Outcome run(
            DataFolder data,
            LogSettings settings,
            Clock clock,
            CommitMarks.Marks marks,
            StoreSettings.Replication replication)
            throws IOException {
        long start = clock.nanos();
        visibleTo = Math.max(marks.visibleUnder(replication), endOfIndexed());
        Long cleanEnd = data.cleanEnd();
        Recovered log = new LogRecovery(
                        folder,
                        settings,
                        this,
                        cleanEnd == null ? LogRecovery.UNKNOWN_END : cleanEnd,
                        marks.flushedByRecords())
                .run();
        queues.startAssigning();
        long lastTimestamp = queues.lastTimestamp();
        for (Uncommitted behind : uncommitted) {
            if (behind instanceof CopiedMessage copied) {
                copied.entries().assignBehind(copied.message().offset());
                lastTimestamp = Math.max(lastTimestamp, copied.message().storeTimestamp());
            }
        }
        RecoveryReport report = new RecoveryReport(
                cleanEnd != null,
                log.segments().count(),
                unindexed.size(),
                log.records(),
                log.bytes(),
                log.cutPosition(),
                log.cutBytes(),
                log.cutRecords(),
                log.cutAside(),
                log.gaps().damages().size(),
                lost,
                log.tail().written(),
                Duration.ofNanos(clock.nanos() - start));
        long end = log.tail().written();
        return new Outcome(log, unindexed, uncommitted, committed(end), lastTimestamp, report);
    }

    /** The record that ends a segment may be the last one, and not known to others any more than a message would be. */
    private long committed(long end) {
        return uncommitted.isEmpty() ? Math.min(end, Math.max(visibleEnd, visibleTo)) : visibleEnd;
    }

    /** Indexes of a segment are written once all of it is committed. */
    private long endOfIndexed() throws IOException {
        List<Long> bases = folder.segmentBases();
        for (int i = bases.size() - 1; i > 0; i--) {
            if (folder.files().exists(folder.beside(bases.get(i - 1), QueueIndex.EXTENSION))) {
                return bases.get(i);
            }
        }
        return 0;
    }

    @Override
    public void gaps(LogGaps found) {
        gaps = found;
    }

    @Override
    public void gap(LogGaps.Gap gap) {
        if (!uncommitted.isEmpty()) {
            uncommitted.add(new PassedGap(gap, queues));
            return;
        }
        for (LogGaps.NextOffset next : gap.nextOffsets()) {
            queues.queue(next.topic(), next.queueId()).skipTo(next.offset());
        }
    }

    @Override
    public boolean isKnown(long base, long next) throws IOException {
        try {
            if (gaps.isDamagedBefore(next)) {
                queues.toleratesMissingOffsets();
            }
            askedFor = base;
            rebuilding = indexes.load(base, next);
            visible(rebuilding.isEmpty() ? next : base);
            return rebuilding.isEmpty();
        } catch (IndexMismatchException e) {
            throw corrupt(base, base, e);
        }
    }

    @Override
    public void reading(long base) {
        visible(base);
        segmentBase = base;
        if (askedFor != base) {
            rebuilding = indexes.all();
        }
    }

    @Override
    public void record(long position, long origin, ByteBuffer payload) throws IOException {
        try {
            add(MessageSummary.read(payload), position, payload.remaining());
        } catch (MessageFormatException | IndexMismatchException e) {
            throw corrupt(segmentBase, position, e);
        }
    }

    private void add(MessageSummary message, long position, int size) {
        QueueEntries entries = queues.queue(message.topic(), message.queueId());
        if (position + size > visibleTo) {
            uncommitted.add(new CopiedMessage(
                    IndexedMessage.of(message, entries, segmentBase, position, size), gaps.isDamagedBefore(position)));
            return;
        }
        visibleEnd = position + size;
        if (rebuilding.contains(queues) && message.queueOffset() > entries.max() && gaps.isDamagedBefore(position)) {
            lost += message.queueOffset() - entries.max();
            entries.loseTo(message.queueOffset(), segmentBase);
        }
        IndexedMessage indexed = IndexedMessage.of(message, entries, segmentBase, position, size);
        for (SegmentIndex index : rebuilding) {
            index.add(indexed);
        }
    }

    @Override
    public void ended(long base, long next) {
        visible(next);
        unindexed.add(new Unindexed(base, next, rebuilding));
    }

    /** The log is committed up to here, if it is known to be; the record that ends a segment may not be. */
    private void visible(long position) {
        if (visibleEnd < 0 || uncommitted.isEmpty() && position <= visibleTo) {
            visibleEnd = position;
        }
    }

    private LogCorruptException corrupt(long base, long position, RuntimeException cause) {
        LogCorruptException corrupt =
                new LogCorruptException(folder.segment(base), position, String.valueOf(cause.getMessage()));
        corrupt.initCause(cause);
        return corrupt;
    }
}
