package io.reliablemq.broker.accounting;

import io.reliablemq.broker.accounting.GroupLedger.Parked;
import io.reliablemq.broker.group.KnownGroups;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Enters each copy that is found in the log into the books of its group. Guarded by the lock of {@link LossAccounts}.
 *
 * <p>A copy counts against the message that its record names as its origin. One that names none, since a consumer sent it,
 * or names one that is not the group's or no longer kept, is a message of the group from then on.
 */
final class Books {

    private final MessageStore store;
    private final FailedReads reads;
    private final KnownGroups known;
    private final Map<String, GroupLedger> ledgers = new TreeMap<>();

    Books(MessageStore store, FailedReads reads, KnownGroups known) {
        this.store = store;
        this.reads = reads;
        this.known = known;
    }

    Map<String, GroupLedger> ledgers() {
        return ledgers;
    }

    GroupLedger ledger(String group) {
        return ledgers.computeIfAbsent(group, name -> new GroupLedger());
    }

    /** A message stands in the schedule; those that wait for another topic than a retry topic are nobody's concern here. */
    void parked(StoredMessage parked, long origin) throws IOException {
        String group = retryGroup(parked);
        if (group != null) {
            // Read first: where that fails, nothing is entered, and all of it is tried again.
            StoredMessage original = reads.original(origin);
            ledger(group).parked(parked.queueId());
            enter(group, original);
        }
    }

    /** The cursor of the schedule has passed the message. */
    void cursorPassed(StoredMessage parked) {
        String group = retryGroup(parked);
        if (group != null) {
            ledger(group).cursorPassed(new Parked(parked.queueId(), parked.queueOffset()));
        }
    }

    /** Of what waited in a queue of the schedule, so much is left of each group. */
    void waitingCounted(int queueId, Map<String, Long> left) {
        ledgers.forEach((group, ledger) -> ledger.waitingCounted(queueId, left.getOrDefault(group, 0L)));
    }

    /**
     * A message has arrived in a retry topic.
     *
     * @param parked what it is a copy of in the schedule; null if it comes from elsewhere
     * @param cursors of the schedule, by queue
     */
    void arrivedForRetry(QueueKey queue, @Nullable StoredMessage parked, Map<Integer, Long> cursors) {
        GroupLedger ledger = ledger(queue.topic().substring(Names.RETRY_PREFIX.length()));
        ledger.open(queue, store.minOffset(queue));
        if (parked == null) {
            ledger.adopt();
        } else {
            long cursor = cursors.getOrDefault(parked.queueId(), 0L);
            ledger.handedOver(new Parked(parked.queueId(), parked.queueOffset()), cursor);
        }
    }

    void died(QueueKey queue, long origin) throws IOException {
        String group = queue.topic().substring(Names.DEAD_LETTER_PREFIX.length());
        StoredMessage original = reads.original(origin);
        ledger(group).died();
        enter(group, original);
    }

    /** A consumer of the group was told that a copy of this message is safe, but there is none. */
    void missing(String group, long origin) throws IOException {
        enter(group, reads.original(origin));
    }

    private void enter(String group, @Nullable StoredMessage original) {
        GroupLedger ledger = ledger(group);
        if (original == null) {
            ledger.adopt();
        } else {
            ledger.copied(original, account(group, ledger, queueOf(original)));
        }
    }

    /** The group's account of a queue that it consumes; null if it does not. */
    @Nullable
    QueueAccount account(String group, GroupLedger ledger, QueueKey queue) {
        QueueAccount account = ledger.account(queue);
        if (account != null) {
            return account;
        }
        if (!known.isKnown(group, queue.topic()) && !queue.topic().equals(Names.retryTopic(group))) {
            return null;
        }
        Long beginning = Names.isRetryTopic(queue.topic()) ? null : known.beginning(group, queue);
        return ledger.open(queue, Math.max(store.minOffset(queue), beginning == null ? 0 : beginning));
    }

    private static QueueKey queueOf(StoredMessage message) {
        return new QueueKey(message.topic(), message.queueId());
    }

    /** The group that the message in the schedule is for; null if it waits for another topic than a retry topic. */
    static @Nullable String retryGroup(StoredMessage parked) {
        String topic = parked.property(PropertyNames.REAL_TOPIC);
        return topic != null && Names.isRetryTopic(topic) ? topic.substring(Names.RETRY_PREFIX.length()) : null;
    }
}
