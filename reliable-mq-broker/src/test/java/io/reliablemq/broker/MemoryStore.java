package io.reliablemq.broker;

import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.store.AppendListener;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.KeyQuery;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.RetentionGuard;
import io.reliablemq.broker.store.UnreadableMessageException;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.index.DamagedFiles;
import io.reliablemq.broker.store.index.IndexedMessage;
import io.reliablemq.broker.store.index.MessageMarks;
import io.reliablemq.broker.store.index.QueueIndex;
import io.reliablemq.broker.store.index.timer.TimerIndex;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** A store in memory for one thread. What is appended is committed at once, unless the test holds it back. */
public final class MemoryStore implements MessageStore {

    /** Messages from this position on are in the log, and not shown yet. */
    public long hiddenFrom = Long.MAX_VALUE;

    /** What becomes of the next appends. */
    public AppendResult.Status outcome = AppendResult.Status.COMMITTED;

    /** A queue whose messages the disk does not give back. */
    public @Nullable QueueKey unreadable;

    /** Why the store takes no more writes; then it cannot be flushed either. */
    public @Nullable String failure;

    /** Position of a message that is no longer whole; -1 for none. */
    public long damaged = -1;

    /** Messages whose bytes the disk does not give back as they were written. */
    public final Set<StoredMessage> rotten = new HashSet<>();

    /** Messages that the disk fails to read. */
    public final Set<StoredMessage> failing = new HashSet<>();

    /** How often messages were read by position. */
    public int reads;

    /** Whether messages are looked up in files. */
    public boolean readsFiles;

    /** The thread that looked up messages last. */
    public volatile @Nullable String selected;

    /** Whether the disk fails to read messages by position. */
    public boolean failsToRead;

    /** Positions of the messages that retention has deleted, by the test's hand. */
    private final Set<Long> deleted = new HashSet<>();

    /** Positions of the originals that copies were made of, in order. */
    public final List<Long> origins = new ArrayList<>();

    /** The timers of this log, in segments that the test ends. */
    private final TimerIndex timers = new TimerIndex(
            new SimulatedDisk(), base -> Path.of("/memory", base + "." + TimerIndex.EXTENSION), new DamagedFiles());

    /** Whether callers wait for their answers, as while a flush is under way. */
    public boolean holdsAnswers;

    private final QueueIndex index =
            new QueueIndex(new SimulatedDisk(), base -> Path.of("/memory", base + ".index"), new DamagedFiles());
    private final List<Runnable> held = new ArrayList<>();
    private long segmentBase;

    private final Clock clock;
    private final List<StoredMessage> log = new ArrayList<>();
    private final Map<QueueKey, List<StoredMessage>> queues = new HashMap<>();
    private ArrivalListener arrivals = (queue, max) -> {};

    public MemoryStore(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void append(StoredMessage message, long originPosition, AppendListener listener) {
        AppendResult.Status told = outcome;
        if (!told.isStored()) {
            listener.done(new AppendResult(told, -1, -1, "as the test wants"));
            return;
        }
        // As the real one: what fits into no record is refused on this thread.
        MessageLayout.encode(message);
        QueueKey key = new QueueKey(message.topic(), message.queueId());
        List<StoredMessage> queue = queues.computeIfAbsent(key, q -> new ArrayList<>());
        StoredMessage stored = new StoredMessage(
                message.topic(),
                message.queueId(),
                queue.size(),
                log.size(),
                message.flag(),
                message.systemFlag(),
                message.bornTimestamp(),
                message.bornHost(),
                clock.wallMs(),
                message.storeHost(),
                message.reconsumeTimes(),
                message.preparedPosition(),
                message.properties(),
                message.body());
        log.add(stored);
        queue.add(stored);
        origins.add(originPosition);
        timers.add(new IndexedMessage(
                index.queue(key.topic(), key.queueId()),
                stored.queueOffset(),
                segmentBase,
                (int) (stored.position() - segmentBase),
                100,
                stored.storeTimestamp(),
                MessageMarks.of(stored.topic(), stored.properties())));
        Runnable answer = () -> listener.done(new AppendResult(told, stored.position(), stored.queueOffset(), ""));
        if (holdsAnswers) {
            held.add(answer);
        } else {
            answer.run();
        }
        arrivals.arrived(key, queue.size());
    }

    @Override
    public TimerIndex timers() {
        return timers;
    }

    /** Ends the segment, so that its timers stand in a file. */
    public void endSegment() throws IOException {
        timers.save(segmentBase, log.size());
        segmentBase = log.size();
    }

    /** Nobody is left who waits. */
    public void forgetAnswers() {
        held.clear();
    }

    /** Gives the answers that were held back. */
    public void answer() {
        List<Runnable> answers = List.copyOf(held);
        held.clear();
        answers.forEach(Runnable::run);
    }

    @Override
    public void appendBatch(List<StoredMessage> messages, AppendListener listener) {
        throw new UnsupportedOperationException("no test needs batches in memory");
    }

    @Override
    public long minOffset(QueueKey queue) {
        return nextKept(queue, 0);
    }

    @Override
    public long maxOffset(QueueKey queue) {
        return queue(queue).stream()
                .filter(message -> message.position() < hiddenFrom)
                .count();
    }

    public List<StoredMessage> queue(QueueKey queue) {
        return queues.getOrDefault(queue, List.of());
    }

    @Override
    public boolean isInMemory(QueueKey queue, long offset) {
        return !readsFiles;
    }

    @Override
    public Selection select(QueueKey queue, long offset, int maxMessages, int maxBytes, IntPredicate tagFilter) {
        selected = Thread.currentThread().getName();
        List<Entry> found = queue(queue).stream()
                .skip(offset)
                .limit(maxMessages)
                .map(message -> new Entry(message.position(), 1))
                .toList();
        return new Selection(found, offset + found.size(), found.size());
    }

    @Override
    public void read(Selection selection, ByteBuffer target) {
        throw new UnsupportedOperationException("no test reads selections in memory");
    }

    @Override
    public @Nullable StoredMessage readAt(long position) throws IOException {
        reads++;
        if (failsToRead) {
            throw new IOException("Unreadable, as the test wants");
        }
        StoredMessage message =
                position >= 0 && position < log.size() && position != damaged ? log.get((int) position) : null;
        requireReadable(message);
        return message == null || isDeleted(message) || rotten.contains(message) ? null : message;
    }

    @Override
    public @Nullable String placeOf(long position) {
        return isDeleted(log.get((int) position)) ? null : "entry " + position;
    }

    /** Deletes messages of a queue. @param to exclusive */
    public void delete(QueueKey queue, long from, long to) {
        for (long offset = from; offset < to; offset++) {
            deleted.add(queue(queue).get((int) offset).position());
        }
    }

    @Override
    public long countGaps(QueueKey queue, long from, long to) {
        return queue(queue).stream()
                .filter(message -> message.queueOffset() >= from && message.queueOffset() < to && isDeleted(message))
                .count();
    }

    @Override
    public long nextKept(QueueKey queue, long offset) {
        return queue(queue).stream()
                .filter(message ->
                        message.queueOffset() >= offset && message.position() < hiddenFrom && !isDeleted(message))
                .findFirst()
                .map(StoredMessage::queueOffset)
                .orElse(Math.max(offset, maxOffset(queue)));
    }

    private boolean isDeleted(StoredMessage message) {
        return deleted.contains(message.position());
    }

    @Override
    public long originAt(long position) {
        return position >= 0 && position < origins.size() ? origins.get((int) position) : NO_ORIGIN;
    }

    @Override
    public @Nullable StoredMessage readAt(QueueKey queue, long offset) throws IOException {
        if (queue.equals(unreadable)) {
            throw new IOException("Unreadable, as the test wants");
        }
        if (offset < 0 || offset >= maxOffset(queue)) {
            return null;
        }
        StoredMessage message = queue(queue).get((int) offset);
        requireReadable(message);
        if (rotten.contains(message)) {
            throw new UnreadableMessageException(message.position(), "Rotten, as the test wants", null);
        }
        return isDeleted(message) ? null : message;
    }

    private void requireReadable(@Nullable StoredMessage message) throws UnreadableMessageException {
        if (message != null && failing.contains(message)) {
            throw new UnreadableMessageException(
                    message.position(), "Failing, as the test wants", new IOException("Input/output error"));
        }
    }

    @Override
    public long offsetByTime(QueueKey queue, long timestampMs) {
        return queue(queue).stream()
                .filter(message -> message.storeTimestamp() < timestampMs)
                .count();
    }

    @Override
    public long earliestTimestamp() {
        return log.isEmpty() ? -1 : log.get(0).storeTimestamp();
    }

    @Override
    public QueryResult query(KeyQuery query) {
        throw new UnsupportedOperationException("no test needs queries in memory");
    }

    @Override
    public Set<QueueKey> queues() {
        return Set.copyOf(queues.keySet());
    }

    /** Each append is committed by itself. */
    @Override
    public void tellThrough(Executor executor) {}

    @Override
    public void onArrival(ArrivalListener listener) {
        arrivals = listener;
    }

    @Override
    public void flush() throws IOException {
        if (failure != null) {
            throw new IOException(failure);
        }
    }

    @Override
    public void stopAppends(String why) {
        failure = why;
    }

    @Override
    public int pendingAppends() {
        return 0;
    }

    @Override
    public @Nullable String failure() {
        return failure;
    }

    @Override
    public Figures figures() {
        return List::of;
    }

    @Override
    public HealthChecks health() {
        return List::of;
    }

    @Override
    public boolean mayHoldMore() {
        return false;
    }

    @Override
    public Positions positions() {
        return new Positions(0, log.size(), log.size(), Math.min(log.size(), hiddenFrom));
    }

    @Override
    public long safe() {
        return positions().committed();
    }

    @Override
    public void retainBy(RetentionGuard guard) {
        throw new UnsupportedOperationException("no test needs retention in memory");
    }

    @Override
    public void close() {}
}
