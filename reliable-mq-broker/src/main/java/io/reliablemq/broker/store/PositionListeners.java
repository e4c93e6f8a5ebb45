package io.reliablemq.broker.store;

import io.reliablemq.broker.store.MessageStore.ArrivalListener;
import io.reliablemq.broker.store.index.QueueEntries;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;

/** Who wants to know how far the log has come. A listener that fails harms nobody else. Safe for use by any thread. */
final class PositionListeners {

    private final ErrorSink errors;
    private final List<ArrivalListener> arrivals = new CopyOnWriteArrayList<>();
    private final List<LongConsumer> written = new CopyOnWriteArrayList<>();
    private final List<LongConsumer> committed = new CopyOnWriteArrayList<>();
    private volatile Executor teller = Runnable::run;

    PositionListeners(ErrorSink errors) {
        this.errors = errors;
    }

    void onArrival(ArrivalListener listener) {
        arrivals.add(listener);
    }

    /** Calls the listener with how far the log is written, on the log writer, before what was written is forced. */
    void onWritten(LongConsumer listener) {
        written.add(listener);
    }

    /** Calls the listener with how far the log is committed, on the thread that moved the point. */
    void onCommit(LongConsumer listener) {
        committed.add(listener);
    }

    /** @param executor runs what tells of a commit, before it returns */
    void tellThrough(Executor executor) {
        teller = executor;
    }

    /** Tells the callers of one commit, in one go. */
    void answerTogether(Runnable telling) {
        teller.execute(telling);
    }

    void written(long position) {
        tell(written, position);
    }

    void committed(long position) {
        tell(committed, position);
    }

    /** Messages of this queue can be read now. */
    void arrived(QueueEntries entries) {
        QueueKey queue = new QueueKey(entries.topic(), entries.queueId());
        for (ArrivalListener listener : arrivals) {
            try {
                listener.arrived(queue, entries.max());
            } catch (RuntimeException | LinkageError | AssertionError e) {
                errors.report("arrival listener of " + queue, e);
            }
        }
    }

    private void tell(List<LongConsumer> listeners, long position) {
        for (LongConsumer listener : listeners) {
            try {
                listener.accept(position);
            } catch (RuntimeException | LinkageError | AssertionError e) {
                errors.report("listener of the log's positions", e);
            }
        }
    }
}
