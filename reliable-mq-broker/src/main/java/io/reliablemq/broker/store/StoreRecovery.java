package io.reliablemq.broker.store;

import io.reliablemq.broker.store.file.DataFolder;
import io.reliablemq.broker.store.index.IndexMismatchException;
import io.reliablemq.broker.store.index.QueueEntries;
import io.reliablemq.broker.store.index.QueueIndex;
import io.reliablemq.broker.store.log.LogCorruptException;
import io.reliablemq.broker.store.log.LogFolder;
import io.reliablemq.broker.store.log.LogRecovery;
import io.reliablemq.broker.store.log.LogRecovery.Recovered;
import io.reliablemq.broker.store.log.LogSettings;
import io.reliablemq.protocol.message.MessageFormatException;
import io.reliablemq.protocol.message.MessageSummary;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Brings log and index back together; used once, by the thread that opens the store. */
final class StoreRecovery implements LogRecovery.Visitor {

    /** An ended segment whose index file has to be written. */
    record Unindexed(long base, long next) {}

    private final LogFolder folder;
    private final QueueIndex index;
    private final List<Unindexed> unindexed = new ArrayList<>();
    private final boolean startsAtZero;
    private long segmentBase;
    private long lastTimestamp;

    StoreRecovery(LogFolder folder, QueueIndex index) throws IOException {
        this.folder = folder;
        this.index = index;
        List<Long> bases = folder.segmentBases();
        this.startsAtZero = bases.isEmpty() || bases.get(0) == 0;
    }

    /** What was brought back. */
    record Outcome(Recovered log, List<Unindexed> unindexed, long lastTimestamp, RecoveryReport report) {}

    Outcome run(DataFolder data, LogSettings settings, Clock clock) throws IOException {
        long start = clock.nanos();
        Long cleanEnd = data.cleanEnd();
        Recovered log =
                new LogRecovery(folder, settings, this, cleanEnd == null ? LogRecovery.UNKNOWN_END : cleanEnd).run();
        index.startAssigning();
        RecoveryReport report = new RecoveryReport(
                cleanEnd != null,
                log.segments().count(),
                unindexed.size(),
                log.records(),
                log.bytes(),
                log.cutPosition(),
                log.cutBytes(),
                log.cutRecords(),
                log.tail().written(),
                Duration.ofNanos(clock.nanos() - start));
        return new Outcome(log, unindexed, lastTimestamp, report);
    }

    @Override
    public boolean isKnown(long base, long next) throws IOException {
        try {
            long timestamp = index.load(folder.index(base), base, next);
            lastTimestamp = Math.max(lastTimestamp, timestamp);
            return timestamp >= 0;
        } catch (IndexMismatchException e) {
            throw corrupt(base, base, e);
        }
    }

    @Override
    public void reading(long base) {
        segmentBase = base;
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
        QueueEntries entries = index.queue(message.topic(), message.queueId());
        if (!startsAtZero && entries.max() == 0) {
            entries.startAt(message.queueOffset());
        }
        int tagHash = message.tag().hashCode();
        entries.add(message.queueOffset(), segmentBase, (int) (position - segmentBase), size, tagHash);
        lastTimestamp = Math.max(lastTimestamp, message.storeTimestamp());
    }

    static int tagHash(StoredMessage message) {
        String tag = message.tag();
        return tag == null ? 0 : tag.hashCode();
    }

    @Override
    public void ended(long base, long next) {
        unindexed.add(new Unindexed(base, next));
    }

    private LogCorruptException corrupt(long base, long position, RuntimeException cause) {
        LogCorruptException corrupt =
                new LogCorruptException(folder.segment(base), position, String.valueOf(cause.getMessage()));
        corrupt.initCause(cause);
        return corrupt;
    }
}
