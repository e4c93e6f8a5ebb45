package io.reliablemq.broker.accounting;

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

/**
 * Reads the queues that hold copies, each message once: the schedule, the retry topics, the dead-letter topics. The
 * schedule's messages are read a second time when its cursor passes them. So the cost is that of the copies, and not that
 * of the log. Guarded by the lock of {@link LossAccounts}.
 */
final class CopyQueues {

    /** So that the thread gets to its other duties while a long log is counted again. */
    private static final int MAX_READS_A_ROUND = 20_000;

    private final MessageStore store;
    private final IntToLongFunction cursorOf;
    private final Books books;

    /** By queue: the next offset to be counted. */
    private final Map<QueueKey, Long> counted = new HashMap<>();

    /** By queue of the schedule: how far the cursor's way was counted. */
    private final Map<Integer, Long> walked = new HashMap<>();

    private int reads;

    CopyQueues(MessageStore store, IntToLongFunction cursorOf, Books books) {
        this.store = store;
        this.cursorOf = cursorOf;
        this.books = books;
    }

    private interface Entry {
        void make(StoredMessage message, long origin) throws IOException;
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
        return followAll(Names::isRetryTopic, (copy, origin) -> books.arrivedForRetry(copy, origin, cursors))
                && followAll(Names.SCHEDULE_TOPIC::equals, books::parked)
                && walkAll(cursors)
                && followAll(Names::isDeadLetterTopic, books::died);
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
                StoredMessage message = store.readAt(queue, next);
                if (message == null) {
                    counted.put(queue, store.nextKept(queue, next));
                } else {
                    entry.make(message, store.originAt(message.position()));
                    counted.put(queue, next + 1);
                }
            }
        }
        return true;
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
                StoredMessage passed = store.readAt(queue, next);
                if (passed == null) {
                    next = store.nextKept(queue, next);
                    countWaiting(queue, next);
                } else {
                    books.cursorPassed(passed);
                    next++;
                }
                walked.put(queue.queueId(), next);
            }
        }
        return true;
    }

    /** Messages were deleted on the cursor's way, and what is gone cannot tell whose it was; so what is left is counted. */
    private void countWaiting(QueueKey queue, long from) throws IOException {
        Map<String, Long> left = new HashMap<>();
        for (long offset = from; offset < next(queue); offset++) {
            StoredMessage parked = store.readAt(queue, offset);
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
        checkpoint.counted().forEach(each -> counted.put(new QueueKey(each.topic(), each.queueId()), each.next()));
        walked.putAll(checkpoint.cursors());
        return true;
    }

    private boolean isKept(QueueKey queue, long next) {
        return next >= store.minOffset(queue) && next <= store.maxOffset(queue);
    }
}
