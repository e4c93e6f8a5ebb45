package io.reliablemq.broker.accounting;

import io.reliablemq.broker.accounting.GroupLedger.Parked;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.UnreadableMessageException;
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

    /** A read that fails so often in a row fails for good. */
    private static final int MAX_FAILED_READS = 60;

    private final MessageStore store;
    private final IntToLongFunction cursorOf;
    private final Books books;

    /** By queue: the next offset to be counted. */
    private final Map<QueueKey, Long> counted = new HashMap<>();

    /** By queue of the schedule: how far the cursor's way was counted. */
    private final Map<Integer, Long> walked = new HashMap<>();

    private int reads;
    private int failedReads;

    CopyQueues(MessageStore store, IntToLongFunction cursorOf, Books books) {
        this.store = store;
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
        return followAll(Names::isRetryTopic, found -> arrivedForRetry(found, cursors))
                && followAll(Names.SCHEDULE_TOPIC::equals, this::parked)
                && walkAll(cursors)
                && followAll(Names::isDeadLetterTopic, dead -> books.died(dead.queue(), dead.origin()));
    }

    private void parked(Found found) throws IOException {
        if (found.message() == null) {
            unreadable.uncounted(new Parked(found.queue().queueId(), found.offset()));
        } else {
            books.parked(found.message(), found.origin());
        }
    }

    private void arrivedForRetry(Found copy, Map<Integer, Long> cursors) throws IOException {
        StoredMessage parked = copy.origin() < 0 ? null : store.readAt(copy.origin());
        if (parked != null && parked.topic().equals(Names.SCHEDULE_TOPIC)) {
            enterLate(parked);
        } else {
            parked = null;
        }
        books.arrivedForRetry(copy.queue(), parked, cursors);
    }

    /** What could not be read is handed over, and thus can be: so it is entered like any other. */
    private void enterLate(StoredMessage parked) throws IOException {
        Boolean counted = unreadable.handedOver(new Parked(parked.queueId(), parked.queueOffset()));
        if (counted == null) {
            return;
        }
        if (!counted) {
            books.parked(parked, store.originAt(parked.position()));
        }
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
            StoredMessage message = store.readAt(queue, offset);
            failedReads = 0;
            return message == null ? null : new Found(queue, offset, message, store.originAt(message.position()));
        } catch (UnreadableMessageException e) {
            if (e.getCause() != null && ++failedReads < MAX_FAILED_READS) {
                // The disk failed, and may do better at the next settlement.
                throw e;
            }
            // Damage. It is reported by who delivers the message; the accounts go on.
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

    /** @return the offset to go on with */
    private long walk(QueueKey queue, long offset) throws IOException {
        Parked parked = new Parked(queue.queueId(), offset);
        Found passed = find(queue, offset);
        if (passed == null) {
            long next = store.nextKept(queue, offset);
            countWaiting(queue, next);
            return next;
        }
        if (passed.message() == null || unreadable.contains(parked)) {
            unreadable.passed(parked);
        } else {
            books.cursorPassed(passed.message());
        }
        return offset + 1;
    }

    /** Messages were deleted on the cursor's way, and what is gone cannot tell whose it was; so what is left is counted. */
    private void countWaiting(QueueKey queue, long from) throws IOException {
        Map<String, Long> left = new HashMap<>();
        unreadable.noneCounted(queue.queueId());
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
