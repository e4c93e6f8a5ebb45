package io.reliablemq.broker.store;

import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.MessageStore.ArrivalListener;
import io.reliablemq.broker.store.index.SegmentIndexes;
import io.reliablemq.broker.store.log.AppendMailbox;
import io.reliablemq.broker.store.log.LogClosedException;
import io.reliablemq.broker.store.log.LogEvents;
import io.reliablemq.broker.store.log.Segments;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one gate through which appends become messages: when the point that the policy asks for has passed their end, they
 * can be found in the index, their callers are answered in the order of the log, and listeners hear of their queues once.
 *
 * <p>All state is guarded by {@code commitLock}; callers and listeners are told under it, by the thread that moved the
 * point, so that no two threads can tell them in the wrong order. After a failure nothing passes the gate any more.
 */
final class CommitPoint implements LogEvents<PendingAppend> {

    private final CommitPolicy policy;
    private final SegmentIndexes indexes;
    private final Segments segments;
    private final AppendMailbox<PendingAppend> mailbox;
    private final ErrorSink errors;
    private final List<ArrivalListener> arrivals = new CopyOnWriteArrayList<>();
    private final ReentrantLock commitLock = new ReentrantLock();
    private final ArrayDeque<PendingAppend> waiting = new ArrayDeque<>();
    private final UnsafeMessages unsafe = new UnsafeMessages();
    private long written;
    private volatile long flushed;
    private volatile long committed;

    /** Moves before the indexes do, and {@code committed} behind them: what an index shows can be read. */
    private volatile long readable;

    private volatile @Nullable String failure;

    /** @param start where the log ends, all of it being written, flushed and committed */
    CommitPoint(
            CommitPolicy policy,
            SegmentIndexes indexes,
            Segments segments,
            AppendMailbox<PendingAppend> mailbox,
            ErrorSink errors,
            long start) {
        this.policy = policy;
        this.indexes = indexes;
        this.segments = segments;
        this.mailbox = mailbox;
        this.errors = errors;
        this.written = start;
        this.flushed = start;
        this.committed = start;
        this.readable = start;
    }

    void onArrival(ArrivalListener listener) {
        arrivals.add(listener);
    }

    long flushed() {
        return flushed;
    }

    /** Everything before this position is in the indexes. */
    long committed() {
        return committed;
    }

    /** Everything that is in the indexes stands before this position, and what stands there will never be taken back. */
    long readable() {
        return readable;
    }

    /** How many messages were answered as not flushed in time, and are not flushed yet. */
    long unsafeMessages() {
        return unsafe.count();
    }

    @Nullable
    String failure() {
        return failure;
    }

    @Override
    public void taken(List<PendingAppend> appends) {
        commitLock.lock();
        try {
            waiting.addAll(appends);
            if (failure != null) {
                // The writer looks for the failure after this, so none of these will be written.
                answerWaiting(Status.CLOSED);
            }
        } finally {
            commitLock.unlock();
        }
    }

    @Override
    public void refused(List<PendingAppend> appends, String why) {
        for (PendingAppend append : appends) {
            append.answer(Status.NO_SPACE, why, mailbox, errors);
        }
    }

    @Override
    public void written(long position) {
        commitLock.lock();
        try {
            written = Math.max(written, position);
            advance();
        } finally {
            commitLock.unlock();
        }
    }

    @Override
    public void flushed(long position) {
        commitLock.lock();
        try {
            if (position > flushed && failure == null) {
                flushed = position;
                unsafe.flushed(position);
                advance();
            }
        } finally {
            commitLock.unlock();
        }
    }

    @Override
    public void failed(String what, Throwable cause) {
        commitLock.lock();
        try {
            if (failure == null) {
                // The operator's line stands before the errors that callers see.
                errors.report("a " + what + " of the log, which takes no more messages until the next start", cause);
                stop("The log takes no more writes since a " + what + " failed: " + cause);
            }
        } finally {
            commitLock.unlock();
        }
    }

    /** Lets nothing pass any more, and answers all that waits, here and in the mailbox. */
    void stop(String why) {
        commitLock.lock();
        try {
            if (failure == null) {
                failure = why;
                // The writer has had these: how much of them reached the disk is not known.
                answerWaiting(Status.FAILED);
            }
            for (PendingAppend append : mailbox.closeAndTakeBack()) {
                append.answer(Status.CLOSED, failure(why), mailbox, errors);
            }
        } finally {
            commitLock.unlock();
        }
    }

    /** Answers what has been taken by the writer and was not committed in time. It stays on its way. */
    void expire(long nowNanos) {
        commitLock.lock();
        try {
            for (PendingAppend append : waiting) {
                if (append.deadlineNanos() - nowNanos > 0) {
                    return;
                }
                if (!append.isAnswered()) {
                    unsafe.add(append.end(), append.count());
                    append.answer(Status.FLUSH_TIMEOUT, "The disk did not confirm the write in time", mailbox, errors);
                }
            }
        } finally {
            commitLock.unlock();
        }
    }

    /** @throws LogClosedException unless everything before this position is known to be flushed */
    void requireFlushed(long position) throws LogClosedException {
        String known = failure;
        if (known != null || flushed < position) {
            throw new LogClosedException(known == null ? "The log is flushed up to " + flushed + " only" : known);
        }
    }

    private void advance() {
        long to = policy.commit(written, flushed);
        if (to <= committed || failure != null) {
            return;
        }
        readable = to;
        List<PendingAppend> done = new ArrayList<>();
        while (!waiting.isEmpty() && waiting.peek().end() <= to) {
            PendingAppend append = waiting.poll();
            append.addTo(indexes, segments);
            done.add(append);
        }
        committed = to;
        tell(done);
    }

    private void tell(List<PendingAppend> done) {
        Map<QueueKey, PendingAppend> queues = new LinkedHashMap<>();
        for (PendingAppend append : done) {
            if (!append.isAnswered()) {
                append.answer(Status.COMMITTED, "", mailbox, errors);
            }
            queues.put(append.queue(), append);
        }
        queues.forEach((queue, append) -> {
            for (ArrivalListener listener : arrivals) {
                tell(listener, queue, append.entries().max());
            }
        });
    }

    private void tell(ArrivalListener listener, QueueKey queue, long maxOffset) {
        try {
            listener.arrived(queue, maxOffset);
        } catch (RuntimeException | LinkageError | AssertionError e) {
            errors.report("arrival listener of " + queue, e);
        }
    }

    private void answerWaiting(Status status) {
        for (PendingAppend append; (append = waiting.poll()) != null; ) {
            if (!append.isAnswered()) {
                append.answer(status, failure(""), mailbox, errors);
            }
        }
    }

    private String failure(String otherwise) {
        String known = failure;
        return known == null ? otherwise : known;
    }
}
