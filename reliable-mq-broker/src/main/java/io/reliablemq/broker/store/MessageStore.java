package io.reliablemq.broker.store;

import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.store.index.timer.TimerIndex;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps messages in one log and finds them by queue and offset.
 *
 * <p>What can be read is what is committed under the store's flush policy: never what a crash could take back. Safe for
 * use by any thread.
 */
public interface MessageStore extends AutoCloseable {

    /**
     * Appends a message to its topic and queue, and tells the listener how that ended. Returns at once. Messages of one
     * calling thread keep their order.
     *
     * @param message queue offset, position and store timestamp are given by the store
     * @param originPosition where the message stands that this one is a copy of (retry, dead letter, delayed
     *     delivery), or {@link #NO_ORIGIN}. It is written with the record, so that recovery knows which copies were made
     * @throws io.reliablemq.protocol.message.MessageFormatException if topic or properties are too long
     */
    void append(StoredMessage message, long originPosition, AppendListener listener);

    /**
     * As {@link #append(StoredMessage, long, AppendListener)}, for callers that have many messages at once.
     *
     * @param wakeUp runs the action that wakes the store's thread, at the latest when the caller has handed over the
     *     messages that it has now; the action is always the same object
     */
    default void append(StoredMessage message, long originPosition, AppendListener listener, Executor wakeUp) {
        append(message, originPosition, listener);
    }

    /** For messages that are not copies. */
    long NO_ORIGIN = -1;

    /** Appends messages of one queue with consecutive offsets, and tells the listener once, of the first. */
    void appendBatch(List<StoredMessage> messages, AppendListener listener);

    /** The first offset that is kept; 0 for a queue that was never written. */
    long minOffset(QueueKey queue);

    /** The next offset that a reader will see: behind the last committed message. */
    long maxOffset(QueueKey queue);

    /** Whether {@link #select} from this offset on reads no file. */
    boolean isInMemory(QueueKey queue, long offset);

    /**
     * Looks up messages without reading them.
     *
     * @param offset first offset wanted, between min and max
     * @param maxMessages most messages in the answer
     * @param maxBytes most bytes in the answer; one message is given whatever its size
     * @param tagFilter decides by the tag's hash code (0 for no tag); may let through too much, never too little
     */
    Selection select(QueueKey queue, long offset, int maxMessages, int maxBytes, IntPredicate tagFilter);

    /**
     * Reads encoded messages one behind the other.
     *
     * @param target has room for exactly {@link Selection#totalBytes()}
     * @throws IOException if the disk fails, or if what stands there is not the message that the index promised
     */
    void read(Selection selection, java.nio.ByteBuffer target) throws IOException;

    /**
     * Reads the message that starts at this position.
     *
     * @return null if no committed message starts there, or no longer, or it does not match its checksum
     * @throws UnreadableMessageException if the disk does not give what stands there
     */
    @Nullable
    StoredMessage readAt(long position) throws IOException;

    /**
     * Where the message stands that the one at this position is a copy of.
     *
     * @param position of a committed message
     * @return {@link #NO_ORIGIN} if it is no copy, or if no message starts there
     */
    long originAt(long position) throws IOException;

    /**
     * Where the log keeps the message that starts at this position, sound or not, for operators.
     *
     * @return null if it was deleted, or set aside as damaged
     */
    @Nullable
    String placeOf(long position);

    /**
     * Reads the message with this offset; null if it is outside min and max.
     *
     * @throws UnreadableMessageException if the disk does not give it as it was written
     */
    @Nullable
    StoredMessage readAt(QueueKey queue, long offset) throws IOException;

    /**
     * How many offsets of a range hold no message, since their segment was deleted. Messages that were lost to damage within
     * a segment are not among them.
     *
     * @param from inclusive
     * @param to exclusive
     */
    long countGaps(QueueKey queue, long from, long to);

    /** The first offset from this one on that holds a message; {@link #maxOffset} if none does. */
    default long nextKept(QueueKey queue, long offset) {
        long next = offset;
        long max = maxOffset(queue);
        while (next < max) {
            Selection selection = select(queue, next, 1, Integer.MAX_VALUE, tag -> true);
            if (!selection.entries().isEmpty()) {
                return selection.nextOffset() - 1;
            }
            next = selection.nextOffset();
        }
        return next;
    }

    /**
     * The first offset whose store time is at or after the given one; {@link #maxOffset} if all are older.
     *
     * @param timestampMs wall time
     */
    long offsetByTime(QueueKey queue, long timestampMs) throws IOException;

    /** Store time of the first message in the log, wall time; -1 if there is none. */
    long earliestTimestamp() throws IOException;

    /**
     * Finds messages by key, unique id or tag; reads from the disk.
     *
     * @throws io.reliablemq.broker.store.index.IndexDamagedException if an index file is damaged, which is made again
     * @throws IOException if the disk fails
     */
    QueryResult query(KeyQuery query) throws IOException;

    /** From now on old segments are deleted, unless the guard has a reason to keep them. */
    void retainBy(RetentionGuard guard);

    /** All queues that hold or held messages. */
    Set<QueueKey> queues();

    /** The messages that wait for a time of their own. One thread at a time asks for them. */
    TimerIndex timers();

    /**
     * Has the callers whose messages were committed together told through the executor.
     *
     * @param executor runs what it is given on the calling thread, before it returns
     */
    void tellThrough(Executor executor);

    /** Calls the listener after each commit, once for every queue that got messages. */
    void onArrival(ArrivalListener listener);

    /**
     * Flushes everything that is committed, and returns once it is on disk. Whoever stores a position or offset that
     * was read from this store calls it first, so that no stored offset runs ahead of the log.
     *
     * @throws IOException if the store is closed after a failure
     */
    void flush() throws IOException;

    /**
     * Refuses all appends from now on, copies as well, until it is opened again. What was taken before goes on to its end;
     * reads and {@link #flush} do, too.
     *
     * @param why for those who are refused
     */
    void stopAppends(String why);

    /** How many appends wait for their answer. */
    int pendingAppends();

    /** Why the store takes no more writes; null while it does. */
    @Nullable
    String failure();

    /** Where the next record will be written, and how far the log is flushed and committed, in bytes. */
    Positions positions();

    /**
     * Everything before this position is as safe as the policy asks. Less than what is committed where a promotion has decided that
     * more counts, or after a start, until enough replicas have confirmed it.
     */
    long safe();

    /**
     * Whether there may be messages behind what can be read: written and not yet as safe as the policy asks, or, for a copy,
     * with the master. An offset beyond the end of a queue is then not wrong, it only comes early.
     */
    boolean mayHoldMore();

    /** Appends, flushes and positions in numbers. */
    Figures figures();

    /** Whether the store takes messages, and keeps them as safely as it should. */
    HealthChecks health();

    /** Takes no more appends, flushes what there is, and closes the files with a mark of a clean stop. */
    @Override
    void close() throws IOException;

    /** Positions of the log; written is at least flushed and at least committed. */
    record Positions(long min, long written, long flushed, long committed) {}

    /** New messages can be read in a queue. Called by the thread that moved the commit point; must be quick. */
    @FunctionalInterface
    interface ArrivalListener {

        void arrived(QueueKey queue, long maxOffset);
    }

    /**
     * Messages that were found.
     *
     * @param nextOffset behind the last entry that was examined
     */
    record Selection(List<Entry> entries, long nextOffset, int totalBytes) {}

    /**
     * Messages that were found by key.
     *
     * @param entries the newest first
     * @param totalBytes of all of them
     * @param lastTimestamp store timestamp of the last message that could have been found; 0 if it is not known
     * @param lastPosition where that message stands in the log
     */
    record QueryResult(List<Entry> entries, int totalBytes, long lastTimestamp, long lastPosition) {}

    /** Where one message stands: size in bytes, as encoded by {@code MessageLayout}. */
    record Entry(long position, int size) {}
}
