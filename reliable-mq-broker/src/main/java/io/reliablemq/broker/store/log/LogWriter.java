package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.file.DiskFullException;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.util.List;

/**
 * Writes what has arrived in the mailbox to the tail of the log, as one batch, and under inline flush forces it before
 * it takes the next one: what arrives meanwhile is the next batch, so that a group of appends shares a force without a
 * timer.
 *
 * <p>Runs on {@code rmq-log-writer}, the only writer of the log. After the first failed write or force it writes no
 * more, because the state of the page cache is then unknown.
 */
public final class LogWriter<A extends LogAppend> implements Agent {

    private final LogSettings settings;
    private final AppendMailbox<A> mailbox;
    private final LogTail tail;
    private final LogEvents<A> events;
    private final Clock clock;
    private final LogFigures figures;
    private final TailSignals signals;
    private long lastTimestamp;

    /** @param lastTimestamp store timestamp of the last record in the log */
    public LogWriter(
            LogSettings settings,
            AppendMailbox<A> mailbox,
            LogTail tail,
            LogEvents<A> events,
            Clock clock,
            LogFigures figures,
            long lastTimestamp,
            TailSignals signals) {
        this.settings = settings;
        this.mailbox = mailbox;
        this.tail = tail;
        this.events = events;
        this.clock = clock;
        this.figures = figures;
        this.lastTimestamp = lastTimestamp;
        this.signals = signals;
    }

    @Override
    public String name() {
        return "rmq-log-writer";
    }

    @Override
    public long doWork() {
        long bytes = Math.min(mailbox.queuedRecordBytes(), tail.maxRecordBytes());
        if (bytes == 0) {
            return UNTIL_SIGNAL;
        }
        if (!reserve(bytes)) {
            return 0;
        }
        List<A> batch = mailbox.drain(bytes);
        take(batch);
        if (!tail.isBroken()) {
            store(batch);
        }
        return 0;
    }

    /** Appends wait in the mailbox meanwhile, where they can still be taken back. */
    private boolean reserve(long bytes) {
        try {
            tail.reserve(bytes);
            return true;
        } catch (DiskFullException | NoSegmentException e) {
            // No record was touched, so this ends by itself once there is room, or are file handles.
            events.refused(mailbox.drain(bytes), e);
            return false;
        } catch (IOException | RuntimeException | Error e) {
            tail.breakOff();
            events.failed("reservation of space", e);
            return false;
        }
    }

    /** From here on the batch is the writer's to answer for, even if there is no memory left to place it. */
    private void take(List<A> batch) {
        try {
            place(batch);
            events.taken(batch);
        } catch (RuntimeException | Error e) {
            tail.breakOff();
            events.taken(batch);
            events.failed("placement", e);
        }
    }

    /** Writes what is left; the mailbox is closed by then. */
    @Override
    public void onStop() {
        long next;
        do {
            // One batch takes what fits into a segment.
            next = doWork();
        } while (next != UNTIL_SIGNAL);
    }

    private void place(List<A> batch) {
        // Timestamps never run backwards, so that a queue can be searched by time after the wall clock was set back.
        lastTimestamp = Math.max(lastTimestamp, clock.ofMessages().wallMs());
        for (A append : batch) {
            for (int i = 0; i < append.count(); i++) {
                append.place(i, tail.place(append.payload(i).length), lastTimestamp);
            }
        }
    }

    private void store(List<A> batch) {
        String step = "write";
        try {
            write(batch);
            events.written(tail.written());
            if (settings.flushInline()) {
                step = "force";
                figures.force(tail);
            }
            events.flushed(tail.flushed());
            signals.written();
        } catch (IOException | RuntimeException | Error e) {
            tail.breakOff();
            events.failed(step, e);
        }
    }

    private void write(List<A> batch) throws IOException {
        int messages = 0;
        long bytes = 0;
        for (A append : batch) {
            for (int i = 0; i < append.count(); i++) {
                tail.write(append.position(i), append.payload(i), append.origin());
            }
            messages += append.count();
            bytes += append.bytes();
        }
        tail.writeOut();
        figures.written(messages, bytes);
    }
}
