package io.reliablemq.broker.accounting;

import io.reliablemq.broker.accounting.GroupLedger.Parked;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the queues that hold copies, each message once: the schedule, the retry topics, the dead-letter topics. The
 * schedule's messages are read a second time when its cursor passes them. So the cost is that of the copies, and not that
 * of the log. Guarded by the lock of {@link LossAccounts}.
 */
final class CopyQueues {

    /** So that the thread gets to its other duties while a long log is counted again. */
    private static final int MAX_READS_A_ROUND = 20_000;

    private final MessageStore store;
    private final FailedReads disk;
    private final IntToLongFunction cursorOf;
    private final Books books;

    /** By queue: the next offset to be counted. */
    private final Map<QueueKey, Long> counted = new HashMap<>();

    /** By queue of the schedule: how far the cursor's way was counted. */
    private final Map<Integer, Long> walked = new HashMap<>();

    private int reads;

    CopyQueues(MessageStore store, FailedReads disk, IntToLongFunction cursorOf, Books books) {
        this.store = store;
        this.disk = disk;
        this.cursorOf = cursorOf;
        this.books = books;
    }

    private final UnreadableCopies unreadable = new UnreadableCopies();

    /** A message in one of the queues; null where it cannot be read. */
    private record Found(
            QueueKey queue, long offset, @Nullable StoredMessage message, long origin) {}

    private interface Entry {
        void make(Found found) throws IOException;
    }

    /**
     * Counts what is new.
     *
     * @return false if there is more
     */
    boolean follow() throws IOException {
        reads = 0;
        // The cursors first: what they have passed then is in the retry topics when those are read. And what is in the
        // retry topics is in the schedule when that is read; so queues are looked up anew each time.
        Map<Integer, Long> cursors = cursors();
        boolean all = followAll(Names::isRetryTopic, found -> arrivedForRetry(found, cursors))
                && followAll(Names.SCHEDULE_TOPIC::equals, this::parked)
                && walkAll(cursors)
                && followAll(Names::isDeadLetterTopic, dead -> books.died(dead.queue(), dead.origin()));
        if (all) {
            disk.settled();
        }
        return all;
    }

    private void parked(Found found) throws IOException {
        if (found.message() == null) {
            unreadable.uncounted(new Parked(found.queue().queueId(), found.offset()));
        } else {
            books.parked(found.message(), found.origin());
        }
    }

    private void arrivedForRetry(Found copy, Map<Integer, Long> cursors) throws IOException {
        StoredMessage parked = disk.original(copy.origin());
        if (parked != null && parked.topic().equals(Names.SCHEDULE_TOPIC)) {
            enterLate(parked);
        } else {
            parked = null;
        }
        books.arrivedForRetry(copy.queue(), parked, cursors);
    }

    /** What could not be read is handed over, and thus can be: so it is entered like any other. */
    private void enterLate(StoredMessage parked) throws IOException {
        Parked key = new Parked(parked.queueId(), parked.queueOffset());
        Boolean counted = unreadable.isCounted(key);
        if (counted == null) {
            return;
        }
        if (!counted) {
            books.parked(parked, store.originAt(parked.position()));
        }
        unreadable.forget(key);
        if (parked.queueOffset() < walked.getOrDefault(parked.queueId(), 0L)) {
            books.cursorPassed(parked);
        }
    }

    private List<QueueKey> queues(Predicate<String> topics) {
        return store.queues().stream()
                .filter(queue -> topics.test(queue.topic()))
                .toList();
    }

    /** The cursors of the queues that were seen so far. */
    Map<Integer, Long> knownCursors() {
        Map<Integer, Long> cursors = new HashMap<>();
        walked.keySet().forEach(queueId -> cursors.put(queueId, cursorOf.applyAsLong(queueId)));
        return cursors;
    }

    private Map<Integer, Long> cursors() {
        Map<Integer, Long> cursors = new HashMap<>();
        for (QueueKey queue : queues(Names.SCHEDULE_TOPIC::equals)) {
            cursors.put(queue.queueId(), Math.max(cursorOf.applyAsLong(queue.queueId()), store.minOffset(queue)));
        }
        return cursors;
    }

    private boolean followAll(Predicate<String> topics, Entry entry) throws IOException {
        for (QueueKey queue : queues(topics)) {
            long max = store.maxOffset(queue);
            for (long next = next(queue); next < max; next = next(queue)) {
                if (reads++ >= MAX_READS_A_ROUND) {
                    return false;
                }
                Found found = find(queue, next);
                if (found == null) {
                    counted.put(queue, store.nextKept(queue, next));
                } else {
                    entry.make(found);
                    counted.put(queue, next + 1);
                }
            }
        }
        return true;
    }

    /** Null if nothing stands there any more. */
    private @Nullable Found find(QueueKey queue, long offset) throws IOException {
        try {
            StoredMessage message = disk.read(queue, offset);
            return message == null ? null : new Found(queue, offset, message, store.originAt(message.position()));
        } catch (FailedReads.DamagedException e) {
            // It is reported by who delivers the message; the accounts go on.
            return new Found(queue, offset, null, originOf(e.position()));
        }
    }

    /** What a record says of its origin can often be read where its message cannot. */
    private long originOf(long position) {
        try {
            return store.originAt(position);
        } catch (IOException e) {
            return MessageStore.NO_ORIGIN;
        }
    }

    private boolean walkAll(Map<Integer, Long> cursors) throws IOException {
        for (QueueKey queue : queues(Names.SCHEDULE_TOPIC::equals)) {
            long cursor = Math.min(cursors.getOrDefault(queue.queueId(), 0L), next(queue));
            long min = store.minOffset(queue);
            long next = walked.computeIfAbsent(queue.queueId(), id -> min);
            forgetDeleted(queue, min, next);
            while (next < cursor) {
                if (reads++ >= MAX_READS_A_ROUND) {
                    return false;
                }
                next = walk(queue, next);
                walked.put(queue.queueId(), next);
            }
        }
        return true;
    }

    /** One that was counted as waiting waits no more, and what is gone cannot tell for whom; so what is left is counted. */
    private void forgetDeleted(QueueKey queue, long min, long walked) throws IOException {
        if (unreadable.isCountedBelow(queue.queueId(), min)) {
            countWaiting(queue, walked);
        }
        unreadable.forgetBelow(queue.queueId(), min);
    }

    /** @return the offset to go on with */
    private long walk(QueueKey queue, long offset) throws IOException {
        Parked parked = new Parked(queue.queueId(), offset);
        Found passed = find(queue, offset);
        if (passed == null) {
            long next = store.nextKept(queue, offset);
            countWaiting(queue, next);
            return next;
        }
        StoredMessage message = passed.message();
        if (message != null && Books.retryGroup(message) == null) {
            // In nobody's books: no retry topic will tell that it was handed over.
            unreadable.forget(parked);
        } else if (message == null || unreadable.isCounted(parked) != null) {
            unreadable.passed(parked);
        } else {
            books.cursorPassed(message);
        }
        return offset + 1;
    }

    /** Messages were deleted on the cursor's way, and what is gone cannot tell whose it was; so what is left is counted. */
    private void countWaiting(QueueKey queue, long from) throws IOException {
        Map<String, Long> left = new HashMap<>();
        for (long offset = from; offset < next(queue); offset++) {
            Found found = find(queue, offset);
            if (found != null && found.message() == null) {
                unreadable.uncounted(new Parked(queue.queueId(), offset));
            }
            StoredMessage parked = found == null ? null : found.message();
            String group = parked == null ? null : Books.retryGroup(parked);
            if (group != null) {
                left.merge(group, 1L, Long::sum);
            }
        }
        unreadable.noneCounted(queue.queueId());
        books.waitingCounted(queue.queueId(), left);
    }

    /** Whether messages were deleted before they were counted. */
    boolean isOverrun() {
        return counted.entrySet().stream().anyMatch(each -> each.getValue() < store.minOffset(each.getKey()));
    }

    /** The next offset to be counted. */
    long next(QueueKey queue) {
        return counted.getOrDefault(queue, store.minOffset(queue));
    }

    List<AccountsCheckpoint.Counted> counted() {
        return counted.entrySet().stream()
                .map(entry -> new AccountsCheckpoint.Counted(
                        entry.getKey().topic(), entry.getKey().queueId(), entry.getValue()))
                .toList();
    }

    Map<Integer, Long> walked() {
        return walked;
    }

    List<AccountsCheckpoint.Unreadable> unreadable() {
        return unreadable.content();
    }

    /**
     * Goes on from a checkpoint.
     *
     * @return false, and nothing happens, if the log does not hold what follows on it
     */
    boolean goOnFrom(AccountsCheckpoint checkpoint) {
        for (AccountsCheckpoint.Counted each : checkpoint.counted()) {
            if (!isKept(new QueueKey(each.topic(), each.queueId()), each.next())) {
                return false;
            }
        }
        for (Map.Entry<Integer, Long> each : checkpoint.cursors().entrySet()) {
            if (!isKept(new QueueKey(Names.SCHEDULE_TOPIC, each.getKey()), each.getValue())) {
                return false;
            }
        }
        for (AccountsCheckpoint.Unreadable each : checkpoint.unread()) {
            // Set aside or deleted: whose it was cannot be told any more.
            QueueKey queue = new QueueKey(Names.SCHEDULE_TOPIC, each.queueId());
            if (store.nextKept(queue, each.offset()) != each.offset()) {
                return false;
            }
        }
        unreadable.restore(checkpoint.unread());
        checkpoint.counted().forEach(each -> counted.put(new QueueKey(each.topic(), each.queueId()), each.next()));
        walked.putAll(checkpoint.cursors());
        return true;
    }

    private boolean isKept(QueueKey queue, long next) {
        return next >= store.minOffset(queue) && next <= store.maxOffset(queue);
    }
}
