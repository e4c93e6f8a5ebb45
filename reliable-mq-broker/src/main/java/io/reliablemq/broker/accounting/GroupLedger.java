package io.reliablemq.broker.accounting;

import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.StoredMessage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The books of one group. Guarded by the lock of {@link LossAccounts}.
 *
 * <p>A message that is given back leaves the queue that it was consumed from ({@link QueueAccount#copied}) and enters the
 * schedule or the dead-letter topic; from the schedule it enters the retry topic. Each side is counted from its own
 * source: what left by the origins that the copies name and by what consumers were answered; what waits by the
 * schedule's queues and cursors; what arrived by the ends of the queues of retry and dead-letter topics.
 */
final class GroupLedger {

    private final Map<QueueKey, QueueAccount> queues = new HashMap<>();

    /** By queue of the schedule: copies in it that its cursor has not passed. */
    private final Map<Integer, Long> waiting = new HashMap<>();

    /** Copies in the schedule that have been handed over although the cursor has not passed them: those on their way. */
    private final Set<Parked> handedAhead = new HashSet<>();

    private long adopted;
    private long duplicated;
    private long dead;

    /** Copies that were deleted in the schedule before they were handed over. */
    private long expiredWaiting;

    /** A message in the schedule. */
    record Parked(int queueId, long offset) {}

    @Nullable
    QueueAccount account(QueueKey queue) {
        return queues.get(queue);
    }

    Map<QueueKey, QueueAccount> accounts() {
        return queues;
    }

    QueueAccount open(QueueKey queue, long base) {
        return queues.computeIfAbsent(queue, key -> new QueueAccount(base));
    }

    /** A queue that the group does not consume any more: what it took from there is a message from outside now. */
    void close(QueueKey queue) {
        QueueAccount closed = queues.remove(queue);
        if (closed != null) {
            adopted += closed.copies();
        }
    }

    /** The group begins further on than its account of the queue. */
    void begin(QueueAccount account, long offset) {
        adopted += account.begin(offset);
    }

    /** A message came from outside: a consumer wrote it, or what it is a copy of is not the group's, or not kept. */
    void adopt() {
        adopted++;
    }

    /** A message of the group was copied. */
    void copied(StoredMessage original, @Nullable QueueAccount account) {
        if (account == null || original.queueOffset() < account.base()) {
            adopted++;
        } else if (!account.copied(original.queueOffset())) {
            duplicated++;
        }
    }

    void parked(int queueId) {
        waiting.merge(queueId, 1L, Long::sum);
    }

    /** The copy has arrived in the retry topic. @param cursor of the schedule's queue */
    void handedOver(Parked parked, long cursor) {
        if (parked.offset() >= cursor) {
            handedAhead.add(parked);
        }
    }

    /** The cursor of the schedule's queue has passed the copy. */
    void cursorPassed(Parked parked) {
        handedAhead.remove(parked);
        waiting.merge(parked.queueId(), -1L, Long::sum);
    }

    /** Some of what waited in a queue of the schedule was deleted there; so many are left. */
    void waitingCounted(int queueId, long left) {
        Long before = left > 0 ? waiting.put(queueId, left) : waiting.remove(queueId);
        expiredWaiting += (before == null ? 0 : before) - left;
    }

    void died() {
        dead++;
    }

    /** Copies that wait in the schedule. */
    long parked() {
        return waiting.values().stream().mapToLong(Long::longValue).sum() - handedAhead.size();
    }

    /** Where a group stands in a queue: where it goes on, and where the queue ends. */
    record Standing(long committed, long end, QueueAccount.Gaps gaps) {}

    GroupAccount balance(String group, Function<QueueKey, Standing> standings) {
        long appended = adopted;
        long acknowledged = 0;
        long inFlight = 0;
        long retrying = parked();
        long expired = expiredWaiting;
        for (Map.Entry<QueueKey, QueueAccount> entry : queues.entrySet()) {
            QueueAccount account = entry.getValue();
            Standing standing = standings.apply(entry.getKey());
            long expiredAhead = account.expiredAhead(standing.end(), standing.gaps());
            long open = account.open(standing.committed(), standing.end()) - expiredAhead;
            appended += account.again(standing.committed());
            acknowledged += account.acknowledged();
            expired += account.expired() + expiredAhead;
            if (Names.isRetryTopic(entry.getKey().topic())) {
                retrying += open;
            } else {
                appended += standing.end() - account.base();
                inFlight += open;
            }
        }
        // More messages copied than passed: some were copied again after the first copy was forgotten.
        long unrecognised = Math.max(0, -acknowledged);
        return new GroupAccount(
                group,
                appended,
                acknowledged + unrecognised,
                inFlight,
                retrying,
                dead,
                expired,
                duplicated + unrecognised);
    }

    AccountsCheckpoint.Ledger content() {
        return AccountsCheckpoint.Ledger.of(queues, waiting, handedAhead, adopted, duplicated, dead, expiredWaiting);
    }

    static GroupLedger of(AccountsCheckpoint.Ledger content) {
        GroupLedger ledger = new GroupLedger();
        content.restore(ledger.queues, ledger.waiting, ledger.handedAhead);
        ledger.adopted = content.adopted();
        ledger.duplicated = content.duplicated();
        ledger.dead = content.dead();
        ledger.expiredWaiting = content.expiredWaiting();
        return ledger;
    }
}
