package io.reliablemq.broker.store;

import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.store.log.AppendMailbox;
import io.reliablemq.broker.store.log.Flusher;
import io.reliablemq.broker.store.log.LogFigures;
import io.reliablemq.broker.store.log.LogSettings;
import io.reliablemq.broker.store.log.LogTail;
import io.reliablemq.broker.store.log.SegmentKeeper;
import io.reliablemq.broker.store.log.TailSignals;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.AgentHost;
import io.reliablemq.protocol.runtime.AgentHost.RunningAgent;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The store's threads and who wakes whom: appends wake the writer, the writer wakes flusher and keeper.
 *
 * <p>Stopped in the order in which work flows, so that each finds the last work of the one before.
 */
final class StoreThreads implements AutoCloseable {

    private final LogTail tail;
    private final LogFigures figures;
    private final AppendDeadlines appendDeadlines;
    private final RunningAgent writer;
    private final RunningAgent keeper;
    private final RunningAgent deadlines;
    private final @Nullable Flusher logFlusher;
    private final @Nullable RunningAgent flusher;

    /** Makes the agent that writes the log; called once. */
    @FunctionalInterface
    interface LogAgentMaker {
        Agent make(LogFigures figures, TailSignals signals);
    }

    StoreThreads(
            StoreSettings settings,
            Clock clock,
            ErrorSink errors,
            AgentHost host,
            LogTail tail,
            AppendMailbox<PendingAppend> mailbox,
            CommitPoint commitPoint,
            LogAgentMaker writerMaker,
            SegmentKeeper.Chores chores) {
        LogSettings logSettings = settings.forLog();
        this.tail = tail;
        figures = new LogFigures(clock);
        if (logSettings.flushInline()) {
            logFlusher = null;
            flusher = null;
        } else {
            logFlusher = new Flusher(logSettings, tail, commitPoint, clock, figures);
            flusher = host.host(logFlusher, errors);
        }
        keeper = host.host(new SegmentKeeper(tail, chores), errors);
        TailSignals signals = new TailSignals(tail, this::signalFlush, keeper::signal);
        writer = host.host(writerMaker.make(figures, signals), errors);
        appendDeadlines = new AppendDeadlines(
                mailbox, commitPoint, clock, errors, settings.shortestWait().toNanos());
        deadlines = host.host(appendDeadlines, errors);
    }

    void start() {
        if (flusher != null) {
            flusher.start();
        }
        keeper.start();
        deadlines.start();
        writer.start();
    }

    /** Something has come for the log writer that nobody waits for. */
    void signalWriter() {
        writer.signal();
    }

    /** Something is in the mailbox. */
    void signalAppend() {
        writer.signal();
        if (appendDeadlines.isIdle()) {
            deadlines.signal();
        }
    }

    /** There is something to do for the segment keeper. */
    void signalKeeper() {
        keeper.signal();
    }

    private void signalFlush() {
        if (flusher != null && logFlusher != null && logFlusher.wantsSignal()) {
            flusher.signal();
        }
    }

    /** Flushes on the calling thread what is written and not flushed. */
    void flush() {
        if (logFlusher != null) {
            logFlusher.flush();
        }
    }

    Figures figures() {
        return figures;
    }

    /** Why the log cannot go on in a file of its own now; null if it can. */
    @Nullable
    String shortage() {
        return tail.shortage();
    }

    long written() {
        return tail.written();
    }

    /** Closes the log's tail; to be called after {@link #close()}. Returns where the log ends. */
    long closeTail(boolean clean) throws IOException {
        tail.close(clean);
        return tail.written();
    }

    @Override
    public void close() throws Exception {
        try (CloseStack stack = new CloseStack()) {
            stack.push(deadlines);
            stack.push(keeper);
            if (flusher != null) {
                stack.push(flusher);
            }
            stack.push(writer);
        }
    }
}
