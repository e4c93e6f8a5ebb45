package io.reliablemq.broker.store;

import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.index.IndexedMessage;
import io.reliablemq.broker.store.index.MessageMarks;
import io.reliablemq.broker.store.index.QueueEntries;
import io.reliablemq.broker.store.index.SegmentIndexes;
import io.reliablemq.broker.store.log.AppendMailbox;
import io.reliablemq.broker.store.log.LogAppend;
import io.reliablemq.broker.store.log.RecordReader;
import io.reliablemq.broker.store.log.Segments;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.nio.ByteBuffer;

/**
 * Encoded messages of one queue on their way through the store.
 *
 * <p>Belongs to one owner after the other: the calling thread, the mailbox, the log writer, the commit point. Who takes it
 * out of the mailbox or of the commit point answers it.
 */
final class PendingAppend implements LogAppend, Uncommitted {

    private static final byte[][] NO_PAYLOADS = {};
    private static final AppendListener TOLD = result -> {};

    private final QueueKey queue;
    private final QueueEntries entries;
    private final int[] sizes;
    private final MessageMarks[] marks;
    private final long[] positions;
    private final long origin;
    private final Bounds bounds;
    private final int bytes;
    /** Let go of once the caller is answered: what is in the log may still wait for long to be committed. */
    private byte[][] payloads;

    /** Let go of once it is told: it holds the message, and more. */
    private AppendListener listener;

    private long firstOffset = -1;
    private long storeTimestamp;
    private boolean answered;

    /**
     * How long the caller waits, in terms of {@link io.reliablemq.protocol.runtime.Clock#nanos()}.
     *
     * @param flushNanos until when for the disk
     * @param replicaNanos until when for replicas
     * @param noReplica whether it does not wait for replicas, since too few of them are near
     */
    record Bounds(long flushNanos, long replicaNanos, boolean noReplica) {}

    PendingAppend(
            QueueKey queue,
            QueueEntries entries,
            byte[][] payloads,
            MessageMarks[] marks,
            long origin,
            Bounds bounds,
            AppendListener listener) {
        this.queue = queue;
        this.entries = entries;
        this.payloads = payloads;
        this.marks = marks;
        this.positions = new long[payloads.length];
        this.origin = origin;
        this.bounds = bounds;
        this.listener = listener;
        this.sizes = new int[payloads.length];
        int sum = 0;
        for (int i = 0; i < payloads.length; i++) {
            sizes[i] = payloads[i].length;
            sum += sizes[i];
        }
        this.bytes = sum;
    }

    QueueKey queue() {
        return queue;
    }

    @Override
    public QueueEntries entries() {
        return entries;
    }

    @Override
    public int count() {
        return sizes.length;
    }

    @Override
    public byte[] payload(int i) {
        return payloads[i];
    }

    @Override
    public long origin() {
        return origin;
    }

    @Override
    public int bytes() {
        return bytes;
    }

    @Override
    public long deadlineNanos() {
        return bounds.flushNanos();
    }

    /** When its caller waits no longer for replicas. */
    long replicaDeadlineNanos() {
        return bounds.replicaNanos();
    }

    /** Whether too few replicas were near to wait for them. */
    boolean hasNoReplica() {
        return bounds.noReplica();
    }

    @Override
    public long position(int i) {
        return positions[i];
    }

    @Override
    public void place(int i, long position, long timestamp) {
        long offset = entries.assign();
        if (i == 0) {
            firstOffset = offset;
        }
        positions[i] = position;
        storeTimestamp = timestamp;
        MessageLayout.setPlace(ByteBuffer.wrap(payloads[i]), 0, offset, position, timestamp);
    }

    @Override
    public long start() {
        return RecordReader.start(positions[0]);
    }

    @Override
    public long end() {
        int last = sizes.length - 1;
        return positions[last] + sizes[last];
    }

    @Override
    public void addTo(SegmentIndexes indexes, Segments segments) {
        for (int i = 0; i < sizes.length; i++) {
            long base = segments.baseOf(positions[i]);
            int inSegment = (int) (positions[i] - base);
            indexes.add(
                    new IndexedMessage(entries, firstOffset + i, base, inSegment, sizes[i], storeTimestamp, marks[i]));
        }
    }

    boolean isAnswered() {
        return answered;
    }

    /** Tells the caller how it ended; a listener that fails harms nobody else. */
    void answer(Status status, String detail, AppendMailbox<PendingAppend> mailbox, ErrorSink errors) {
        answered = true;
        if (status == Status.COMMITTED || status == Status.REPLICA_TIMEOUT || status == Status.NO_REPLICA) {
            // In other cases the log writer may be about to write them.
            payloads = NO_PAYLOADS;
        }
        mailbox.release(this);
        tell(status, detail, errors);
    }

    /** Answers an append that the mailbox did not let in. */
    void refuse(Status status, String detail, ErrorSink errors) {
        answered = true;
        tell(status, detail, errors);
    }

    private void tell(Status status, String detail, ErrorSink errors) {
        boolean stored = status.isStored();
        AppendListener told = listener;
        listener = TOLD;
        try {
            told.done(new AppendResult(status, stored ? positions[0] : -1, stored ? firstOffset : -1, detail));
        } catch (RuntimeException | LinkageError | AssertionError e) {
            errors.report("append listener of " + queue, e);
        }
    }
}
