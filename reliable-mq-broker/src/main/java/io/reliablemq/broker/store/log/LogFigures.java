package io.reliablemq.broker.store.log;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.Histogram;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what is written and forced. Batches are counted by the log writer, forces by whoever forces; read by any thread.
 *
 * <p>The force that ends a segment is part of its batch's write and is not counted.
 */
public final class LogFigures implements Figures {

    private final Clock clock;
    private final AtomicLong batches = new AtomicLong();
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong messagesForced = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final Histogram durations = Histogram.ofNanos();
    private final Histogram groups = Histogram.ofCounts();

    public LogFigures(Clock clock) {
        this.clock = clock;
    }

    void written(int batchMessages, long batchBytes) {
        batches.incrementAndGet();
        messages.addAndGet(batchMessages);
        bytes.addAndGet(batchBytes);
    }

    /** Forces the tail, and counts how that went. */
    long force(LogTail tail) throws IOException {
        long covered = messages.get();
        long start = clock.nanos();
        try {
            long flushed = tail.force();
            durations.record(clock.nanos() - start);
            groups.record(Math.max(0, covered - messagesForced.getAndAccumulate(covered, Math::max)));
            return flushed;
        } catch (IOException | RuntimeException | Error e) {
            failures.incrementAndGet();
            throw e;
        }
    }

    @Override
    public List<Figure> read() {
        return List.of(
                Figure.counter(
                        "reliable.mq.broker.log.appended",
                        Figure.MESSAGES,
                        "Messages written to the log, copies for retries and delays too",
                        messages.get()),
                Figure.counter(
                        "reliable.mq.broker.log.written",
                        Figure.BYTES,
                        "Bytes of messages written to the log",
                        bytes.get()),
                Figure.counter(
                        "reliable.mq.broker.log.batches", "", "Writes, each of all that had arrived", batches.get()),
                Figure.histogram(
                        "reliable.mq.broker.flush.duration",
                        Figure.SECONDS,
                        "Time that a force of the log took",
                        durations.snapshot()),
                Figure.histogram(
                        "reliable.mq.broker.flush.group",
                        Figure.MESSAGES,
                        "Messages that shared a force",
                        groups.snapshot()),
                Figure.counter(
                        "reliable.mq.broker.flush.failures",
                        "",
                        "Forces that failed; the first one closes the log for writing",
                        failures.get()));
    }
}
