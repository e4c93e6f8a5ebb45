package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.file.DiskFullException;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongUnaryOperator;

/**
 * Writes records that were copied from another log to the tail of this one, where they stand at the same positions, and
 * under inline flush forces them before it takes the next ones.
 *
 * <p>Runs on {@code rmq-log-writer}, or on the thread that brings the records, which saves two changes of threads: whoever holds
 * the lock {@code writing} is the only writer of the log. After the first failed write or force it writes no more. A full disk is
 * waited for: whoever sends gets no confirmation meanwhile.
 */
public final class LogCopier<C extends LogCopy> implements Agent {

    private static final long MAX_BATCH_BYTES = 4L << 20;
    private static final long DISK_FULL_PAUSE_NANOS = 500_000_000L;

    private final LogSettings settings;
    private final CopyMailbox<C> mailbox;
    private final LogTail tail;
    private final CopyEvents<C> events;
    private final LogFigures figures;
    private final ErrorSink errors;
    private final LongUnaryOperator behindGap;
    private final TailSignals signals;
    private final ReentrantLock writing = new ReentrantLock();
    private boolean diskFull;

    /** @param behindGap where the log goes on behind an ended segment */
    public LogCopier(
            LogSettings settings,
            CopyMailbox<C> mailbox,
            LogTail tail,
            CopyEvents<C> events,
            LogFigures figures,
            ErrorSink errors,
            LongUnaryOperator behindGap,
            TailSignals signals) {
        this.settings = settings;
        this.mailbox = mailbox;
        this.tail = tail;
        this.events = events;
        this.figures = figures;
        this.errors = errors;
        this.behindGap = behindGap;
        this.signals = signals;
    }

    @Override
    public String name() {
        return "rmq-log-writer";
    }

    @Override
    public long doWork() {
        writing.lock();
        try {
            return write();
        } finally {
            writing.unlock();
        }
    }

    /**
     * Writes what has arrived on the calling thread, unless another one is writing.
     *
     * @return whether nothing was left for {@code rmq-log-writer} to do
     */
    public boolean writeHere() {
        if (!writing.tryLock()) {
            return false;
        }
        try {
            long next;
            do {
                next = write();
            } while (next == 0);
            return next == UNTIL_SIGNAL;
        } finally {
            writing.unlock();
        }
    }

    private long write() {
        List<C> batch = mailbox.take(MAX_BATCH_BYTES);
        if (batch.isEmpty()) {
            return UNTIL_SIGNAL;
        }
        int stored = 0;
        try {
            if (tail.isBroken()) {
                stored = batch.size();
                return 0;
            }
            while (stored < batch.size() && copy(batch.get(stored))) {
                stored++;
            }
            if (stored > 0) {
                finish(batch.subList(0, stored));
            }
        } catch (IOException | RuntimeException | Error e) {
            tail.breakOff();
            stored = batch.size();
            events.failed("write or force", e);
        } finally {
            mailbox.done(batch.subList(stored, batch.size()));
        }
        return stored < batch.size() ? DISK_FULL_PAUSE_NANOS : 0;
    }

    /** Writes what is left. */
    @Override
    public void onStop() {
        long next;
        do {
            next = doWork();
        } while (next == 0);
    }

    private boolean copy(C copy) throws IOException {
        RecordChunk chunk = copy.chunk();
        if (chunk.position() != tail.end()) {
            throw new IllegalStateException(
                    "Records of position " + chunk.position() + " came, but the log ends at " + tail.end());
        }
        try {
            if (copy.outcome().endsSegment()) {
                tail.copyToEnd(
                        chunk.records(),
                        chunk.limit(),
                        behindGap.applyAsLong(copy.outcome().next()));
            } else {
                tail.copy(chunk.records(), copy.outcome().skipped(), chunk.limit());
            }
        } catch (DiskFullException | NoSegmentException e) {
            if (!diskFull) {
                diskFull = true;
                errors.report(name() + ", which waits for room on the disk, or for file handles", e);
            }
            return false;
        }
        diskFull = false;
        events.copied(copy);
        return true;
    }

    private void count(List<C> batch) {
        int messages = 0;
        long bytes = 0;
        for (C copy : batch) {
            messages += copy.messages();
            bytes += copy.chunk().records().length;
        }
        figures.written(messages, bytes);
    }

    private void finish(List<C> batch) throws IOException {
        tail.writeOut();
        count(batch);
        events.written(tail.written());
        if (settings.flushInline()) {
            figures.force(tail);
            events.confirmed(tail.flushed());
        } else {
            events.confirmed(tail.written());
        }
        events.flushed(tail.flushed());
        signals.written();
    }
}
