package io.reliablemq.broker.store;

import io.reliablemq.broker.store.epoch.EpochHistory;
import io.reliablemq.broker.store.file.DataFolder;
import io.reliablemq.broker.store.index.IndexedMessage;
import io.reliablemq.broker.store.index.QueueEntries;
import io.reliablemq.broker.store.index.QueueIndex;
import io.reliablemq.broker.store.log.CopiedRecords;
import io.reliablemq.broker.store.log.CopyEvents;
import io.reliablemq.broker.store.log.CopyMailbox;
import io.reliablemq.broker.store.log.LogGaps;
import io.reliablemq.broker.store.log.LogTail;
import io.reliablemq.broker.store.log.RecordChunk;
import io.reliablemq.broker.store.log.RecordsRefusedException;
import io.reliablemq.broker.store.log.SegmentRemoval;
import io.reliablemq.protocol.message.MessageFormatException;
import io.reliablemq.protocol.message.MessageSummary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The store's side towards whoever fetches a master's log into it.
 *
 * <p>Records are verified by the thread that brings them, one at a time; whoever writes them forces and confirms them too.
 */
final class StoreCopy implements CopiedLog, CopyEvents<CopiedBatch> {

    /** What the copy rests on. */
    record Parts(
            DataFolder data,
            QueueIndex queues,
            SegmentRemoval removal,
            CommitPoint commitPoint,
            CopyMailbox<CopiedBatch> mailbox,
            Supplier<MessageStore.Positions> positions,
            LogTail tail) {}

    private final Parts parts;
    private final Runnable flush;
    private final Runnable signalWriter;
    private volatile EpochHistory epochs;
    private volatile @Nullable LongConsumer confirmations;
    private volatile BooleanSupplier writer = () -> false;
    private volatile long promised;
    private final long promisedBefore;
    private long expected;
    private long segmentBase;

    /**
     * @param promisedBefore how far what was acknowledged is known to be here, from earlier openings
     * @param flush flushes what is written, on the calling thread
     * @param signalWriter wakes the log writer
     */
    StoreCopy(Parts parts, EpochHistory epochs, long promisedBefore, Runnable flush, Runnable signalWriter) {
        this.parts = parts;
        this.epochs = epochs;
        this.promisedBefore = promisedBefore;
        this.expected = parts.tail().written();
        this.segmentBase = parts.tail().segmentBase();
        this.flush = flush;
        this.signalWriter = signalWriter;
    }

    @Override
    public String id() {
        return parts.data().id();
    }

    @Override
    public EpochHistory epochs() {
        return epochs;
    }

    @Override
    public LogGaps gaps() {
        return parts.removal().gaps();
    }

    @Override
    public MessageStore.Positions positions() {
        return parts.positions().get();
    }

    @Override
    public @Nullable String failure() {
        return parts.commitPoint().failure();
    }

    @Override
    public synchronized long settle() throws IOException {
        parts.mailbox().discard();
        flush.run();
        long end = positions().written();
        parts.commitPoint().requireFlushed(end);
        expected = end;
        segmentBase = parts.tail().segmentBase();
        return end;
    }

    @Override
    public void adopt(EpochHistory adopted) throws IOException {
        if (!adopted.equals(epochs)) {
            StoreEpochs.file(parts.data()).write(adopted);
            epochs = adopted;
        }
    }

    @Override
    public synchronized long copy(RecordChunk chunk) throws RecordsRefusedException {
        if (chunk.position() != expected) {
            throw new RecordsRefusedException(
                    "Records of position " + chunk.position() + " came where those of " + expected + " were due");
        }
        List<Uncommitted> found = new ArrayList<>();
        CopiedRecords.Outcome outcome =
                CopiedRecords.verify(chunk, (position, epoch, payload) -> found.add(message(position, epoch, payload)));
        long next = outcome.next();
        if (outcome.endsSegment()) {
            LogGaps.Gap gap = gaps().startingAt(next);
            if (gap != null) {
                found.add(new PassedGap(gap, parts.queues()));
                next = gap.to();
            }
            segmentBase = next;
        }
        if (!parts.mailbox().offer(new CopiedBatch(chunk, outcome, found))) {
            throw new RecordsRefusedException("The log takes no more records: it is being closed");
        }
        expected = next;
        return next;
    }

    @Override
    public void write() {
        signalWriter.run();
    }

    @Override
    public void writeHere() {
        if (!writer.getAsBoolean()) {
            signalWriter.run();
        }
    }

    /** @param writeHere writes what has arrived on the calling thread; false if there is something left to do */
    void writeThrough(BooleanSupplier writeHere) {
        writer = writeHere;
    }

    private CopiedMessage message(long position, int epoch, ByteBuffer payload) throws RecordsRefusedException {
        int due = epochs.numberAt(position);
        if (epoch != due) {
            throw new RecordsRefusedException("The record at position " + position + " is of epoch " + epoch
                    + ", and by the master's own account it should be of epoch " + due);
        }
        try {
            MessageSummary summary = MessageSummary.read(payload);
            QueueEntries entries = parts.queues().queue(summary.topic(), summary.queueId());
            return new CopiedMessage(
                    IndexedMessage.of(summary, entries, segmentBase, position, payload.remaining()),
                    gaps().isDamagedBefore(position));
        } catch (MessageFormatException e) {
            throw new RecordsRefusedException(
                    "The record at position " + position + " holds no message: " + e.getMessage());
        }
    }

    /** Where the log goes on behind an ended segment. */
    long behindGap(long position) {
        LogGaps.Gap gap = gaps().startingAt(position);
        return gap == null ? position : gap.to();
    }

    @Override
    public void committed(long position, boolean isPromised) {
        if (isPromised && position > promised) {
            promised = position;
        }
        parts.commitPoint().confirmedByOthers(position);
    }

    @Override
    public void onConfirm(LongConsumer listener) {
        confirmations = listener;
    }

    @Override
    public long promised() {
        return Math.max(promisedBefore, Math.min(promised, parts.commitPoint().flushed()));
    }

    @Override
    public void realignAtNextOpening(Realignment realignment) throws IOException {
        StoreRealignment.note(parts.data(), realignment);
    }

    /** Takes no more records. */
    void close() {
        parts.mailbox().close();
    }

    @Override
    public void copied(CopiedBatch copy) {
        parts.commitPoint().found(copy.found());
    }

    @Override
    public void confirmed(long position) {
        LongConsumer listener = confirmations;
        if (listener != null) {
            listener.accept(position);
        }
    }

    @Override
    public void written(long position) {
        parts.commitPoint().written(position);
    }

    @Override
    public void flushed(long position) {
        parts.commitPoint().flushed(position);
    }

    @Override
    public void failed(String what, Throwable cause) {
        parts.commitPoint().failed(what, cause);
    }
}
