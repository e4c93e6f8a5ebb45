package io.reliablemq.broker.store;

import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.file.DiskFullException;
import io.reliablemq.broker.store.index.QueueEntries;
import io.reliablemq.broker.store.index.SegmentIndexes;
import io.reliablemq.broker.store.log.AppendMailbox;
import io.reliablemq.broker.store.log.LogClosedException;
import io.reliablemq.broker.store.log.LogEvents;
import io.reliablemq.broker.store.log.Segments;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one gate through which appends become messages: when the point that the policy asks for has passed their end, they
 * can be found in the index, their callers are answered in the order of the log, and listeners hear of their queues once.
 *
 * <p>Where others than this log's own disk have a say, what is on its disk waits in a second line for them.
 *
 * <p>All state is guarded by {@code commitLock}; callers and listeners are told under it, by the thread that moved the
 * point, so that no two threads can tell them in the wrong order. After a failure nothing passes the gate any more.
 */
final class CommitPoint implements LogEvents<PendingAppend> {

    private final CommitPolicy policy;
    private final boolean unreplicatedReads;
    private final int maxUnreplicated;
    private final SegmentIndexes indexes;
    private final Segments segments;
    private final AppendMailbox<PendingAppend> mailbox;
    private final Runnable breakTail;
    private final ErrorSink errors;
    private final PositionListeners listeners;
    private final ReentrantLock commitLock = new ReentrantLock();

    /** Not yet as safe as this log's own disk shall make it. */
    private final ArrayDeque<Uncommitted> waiting = new ArrayDeque<>();

    /** As safe here as it shall be; others have it not yet. */
    private final ArrayDeque<Uncommitted> unreplicated = new ArrayDeque<>();

    private final UnsafeMessages unsafe = new UnsafeMessages();
    private long written;
    private long local;
    private long others;
    private volatile int unreplicatedCount;
    private volatile long flushed;
    private volatile long committed;

    /** How far enough others have it as this store knows of them; what counts since somebody decided so is not among it. */
    private volatile long replicated;

    /** Moves before the indexes do, and {@code committed} behind them: what an index shows can be read. */
    private volatile long readable;

    private volatile @Nullable String failure;

    /** Belongs to the log writer. */
    private boolean toldRefusal;

    /** Moves the point where the disk had the last word about what others have already. */
    private volatile Executor mover = Runnable::run;

    /**
     * @param breakTail lets nothing more be written, whoever writes
     * @param end where the log ends, all of it being written and flushed
     * @param start how far of that is committed
     * @param uncommitted what stands behind, and waits to be committed
     */
    CommitPoint(
            StoreSettings settings,
            SegmentIndexes indexes,
            Segments segments,
            AppendMailbox<PendingAppend> mailbox,
            Runnable breakTail,
            ErrorSink errors,
            long end,
            long start,
            List<Uncommitted> uncommitted) {
        this.policy = CommitPolicy.of(settings.flushDiskType(), settings.replication());
        this.unreplicatedReads = settings.replication().unreplicatedReads();
        this.maxUnreplicated = settings.replication().maxUnreplicated();
        this.indexes = indexes;
        this.segments = segments;
        this.mailbox = mailbox;
        this.breakTail = breakTail;
        this.errors = errors;
        this.listeners = new PositionListeners(errors);
        this.written = end;
        this.flushed = end;
        this.local = end;
        this.unreplicated.addAll(uncommitted);
        this.unreplicatedCount = uncommitted.size();
        this.others = start;
        this.committed = start;
        this.readable = start;
    }

    PositionListeners listeners() {
        return listeners;
    }

    /** @param executor where the point moves when this log's disk is the last to have what others were waited for */
    void moveOn(Executor executor) {
        mover = executor;
    }

    long flushed() {
        return flushed;
    }

    /** Everything before this position is in the indexes, and answered as stored if anybody waited for that. */
    long committed() {
        return committed;
    }

    /** Everything before this position is as safe as the policy asks, and not only committed since somebody decided so. */
    long safe() {
        return policy.awaitsOthers() ? Math.min(committed, replicated) : committed;
    }

    /** Everything that is in the indexes stands before this position. */
    long readable() {
        return readable;
    }

    /** How many messages were answered as not flushed in time, and are not flushed yet. */
    long unsafeMessages() {
        return unsafe.count();
    }

    /** How many appends are in the log although not enough replicas have them, and are remembered until they do. */
    int unreplicated() {
        return unreplicatedCount;
    }

    /** Whether no more of them can be remembered. */
    boolean isFullOfUnreplicated() {
        return unreplicatedCount >= maxUnreplicated;
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

    /** These stand in the log, or will now be written to it; nobody waits for an answer. */
    void found(List<? extends Uncommitted> messages) {
        commitLock.lock();
        try {
            for (Uncommitted message : messages) {
                if (message.end() <= local) {
                    unreplicated.add(message);
                } else {
                    waiting.add(message);
                }
            }
            unreplicatedCount = unreplicated.size();
        } finally {
            commitLock.unlock();
        }
    }

    @Override
    public void refused(List<PendingAppend> appends, IOException why) {
        Status status = why instanceof DiskFullException ? Status.NO_SPACE : Status.BUSY;
        if (status == Status.BUSY && !toldRefusal) {
            // Once: whoever sends comes again until it ends.
            toldRefusal = true;
            errors.report("the log, which refuses messages for the moment", why);
        }
        for (PendingAppend append : appends) {
            append.answer(status, String.valueOf(why.getMessage()), mailbox, errors);
        }
    }

    @Override
    public void written(long position) {
        // First: what copies the log goes side by side with the force that follows.
        listeners.written(position);
        commitLock.lock();
        try {
            written = Math.max(written, position);
            toldRefusal = false;
            if (policy.local(written, flushed) > local) {
                advanceAsTheDiskDid();
            }
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
                advanceAsTheDiskDid();
            }
        } finally {
            commitLock.unlock();
        }
    }

    /** Enough others have everything before this position, or, on a copy, the master says that it is committed. */
    void confirmedByOthers(long position) {
        commitLock.lock();
        try {
            replicated = Math.max(replicated, position);
            decided(position);
        } finally {
            commitLock.unlock();
        }
    }

    /** Everything before this position counts, whoever has it. */
    void decided(long position) {
        commitLock.lock();
        try {
            if (position > others) {
                others = position;
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
            for (Uncommitted next : waiting) {
                if (next instanceof PendingAppend append && !append.isAnswered()) {
                    if (append.deadlineNanos() - nowNanos > 0) {
                        break;
                    }
                    unsafe.add(append.end(), append.count());
                    append.answer(Status.FLUSH_TIMEOUT, "The disk did not confirm the write in time", mailbox, errors);
                }
            }
            for (Uncommitted next : unreplicated) {
                if (next instanceof PendingAppend append && !append.isAnswered()) {
                    if (append.replicaDeadlineNanos() - nowNanos > 0) {
                        break;
                    }
                    append.answer(
                            Status.REPLICA_TIMEOUT, "Too few replicas confirmed the message in time", mailbox, errors);
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

    /** Whoever has others told that the point moves wants to do it where they can be told first. */
    private void advanceAsTheDiskDid() {
        if (policy.awaitsOthers() && policy.commit(policy.local(written, flushed), others) > committed) {
            mover.execute(this::advanceLater);
        } else {
            advance();
        }
    }

    private void advanceLater() {
        commitLock.lock();
        try {
            advance();
        } finally {
            commitLock.unlock();
        }
    }

    private void advance() {
        if (failure != null) {
            return;
        }
        Passed passed = new Passed(new LinkedHashSet<>(), new ArrayList<>(), new ArrayList<>());
        try {
            advance(passed);
        } catch (RuntimeException | Error e) {
            // On an event loop nobody else would notice. The tail first: what the writer takes now is answered as not
            // written.
            breakTail.run();
            giveBack(passed.alone());
            giveBack(passed.committed());
            failed("commit", e);
        }
    }

    /** They are answered with all others that wait. */
    private void giveBack(List<PendingAppend> appends) {
        for (int i = appends.size() - 1; i >= 0; i--) {
            unreplicated.addFirst(appends.get(i));
        }
    }

    private void advance(Passed passed) {
        local = Math.max(local, policy.local(written, flushed));
        long to = Math.max(committed, policy.commit(local, others));
        readable = Math.max(readable, unreplicatedReads ? local : to);
        while (!unreplicated.isEmpty() && unreplicated.peek().end() <= to) {
            commit(unreplicated.element(), !unreplicatedReads, passed);
            unreplicated.remove();
        }
        while (!waiting.isEmpty() && waiting.peek().end() <= local) {
            // It leaves the line once it is shown, so that it is answered even if that fails.
            Uncommitted next = waiting.element();
            if (next.end() <= to) {
                commit(next, true, passed);
            } else {
                awaitOthers(next, passed);
            }
            waiting.remove();
        }
        unreplicatedCount = unreplicated.size();
        moveTo(to);
        listeners.answerTogether(() -> answer(passed));
        passed.shown().forEach(listeners::arrived);
    }

    private void answer(Passed passed) {
        passed.committed().forEach(append -> append.answer(Status.COMMITTED, "", mailbox, errors));
        passed.alone()
                .forEach(append -> append.answer(
                        Status.NO_REPLICA, "Too few replicas are near enough to confirm it", mailbox, errors));
    }

    /** Replicas confirm records; messages that were appended together are committed together, or not yet. */
    private void moveTo(long position) {
        Uncommitted first = unreplicated.isEmpty() ? waiting.peek() : unreplicated.peek();
        long to = first == null ? position : Math.min(position, first.start());
        if (to > committed) {
            committed = to;
            listeners.committed(to);
        }
    }

    /**
     * What an advance has moved.
     *
     * @param shown queues with messages that can be read now
     * @param committed to be answered so
     * @param alone to be answered so that no replica was near
     */
    private record Passed(Set<QueueEntries> shown, List<PendingAppend> committed, List<PendingAppend> alone) {}

    private void commit(Uncommitted next, boolean show, Passed passed) {
        if (show) {
            show(next, passed);
        }
        if (next instanceof PendingAppend append && !append.isAnswered()) {
            passed.committed().add(append);
        }
    }

    private void awaitOthers(Uncommitted next, Passed passed) {
        boolean waits = false;
        if (next instanceof PendingAppend append && !append.isAnswered()) {
            waits = !append.hasNoReplica();
            if (!waits) {
                passed.alone().add(append);
            }
        }
        if (unreplicatedReads) {
            show(next, passed);
        }
        if (waits || !unreplicatedReads) {
            unreplicated.add(next);
        }
    }

    private void show(Uncommitted next, Passed passed) {
        next.addTo(indexes, segments);
        QueueEntries entries = next.entries();
        if (entries != null) {
            passed.shown().add(entries);
        }
    }

    private void answerWaiting(Status status) {
        unreplicated.addAll(waiting);
        waiting.clear();
        for (Uncommitted next; (next = unreplicated.poll()) != null; ) {
            if (next instanceof PendingAppend append && !append.isAnswered()) {
                append.answer(status, failure(""), mailbox, errors);
            }
        }
        unreplicatedCount = 0;
    }

    private String failure(String otherwise) {
        String known = failure;
        return known == null ? otherwise : known;
    }
}
