package io.reliablemq.broker.accounting;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.reliablemq.broker.accounting.GroupLedger.Parked;
import io.reliablemq.broker.store.QueueKey;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The books as they are kept in a file: how far the queues that hold copies were counted, and what came out. The records
 * behind are counted at the next start.
 *
 * @param counted by queue: the next offset to be counted
 * @param cursors by queue of the schedule: how far the cursor's way was counted
 * @param unreadable messages in the schedule that could not be read when they were to be counted
 */
record AccountsCheckpoint(
        @JsonProperty("counted") List<Counted> counted,
        @JsonProperty("cursors") Map<Integer, Long> cursors,
        @JsonProperty("groups") Map<String, Ledger> groups,
        @JsonProperty("unreadable") @Nullable List<Unreadable> unreadable) {

    AccountsCheckpoint {
        counted = List.copyOf(counted);
        cursors = Map.copyOf(cursors);
        groups = new TreeMap<>(groups);
    }

    /** None in a file of before there were any. */
    List<Unreadable> unread() {
        return unreadable == null ? List.of() : unreadable;
    }

    /** A message in the schedule. @param counted whether it was counted as waiting before */
    record Unreadable(
            @JsonProperty("queue") int queueId,
            @JsonProperty("offset") long offset,
            @JsonProperty("counted") boolean counted) {

        Parked parked() {
            return new Parked(queueId, offset);
        }
    }

    record Counted(
            @JsonProperty("topic") String topic,
            @JsonProperty("queue") int queueId,
            @JsonProperty("next") long next) {}

    /** One group's books. */
    record Ledger(
            @JsonProperty("queues") List<Queue> queues,
            @JsonProperty("waiting") Map<Integer, Long> waiting,
            @JsonProperty("handedAhead") List<Parked> handedAhead,
            @JsonProperty("adopted") long adopted,
            @JsonProperty("duplicated") long duplicated,
            @JsonProperty("dead") long dead,
            @JsonProperty("expiredWaiting") long expiredWaiting) {

        Ledger {
            queues = List.copyOf(queues);
            waiting = Map.copyOf(waiting);
            handedAhead = List.copyOf(handedAhead);
        }

        static Ledger of(
                Map<QueueKey, QueueAccount> queues,
                Map<Integer, Long> waiting,
                Set<Parked> handedAhead,
                long adopted,
                long duplicated,
                long dead,
                long expiredWaiting) {
            List<Queue> accounts = queues.entrySet().stream()
                    .map(entry -> Queue.of(entry.getKey(), entry.getValue()))
                    .toList();
            return new Ledger(accounts, waiting, List.copyOf(handedAhead), adopted, duplicated, dead, expiredWaiting);
        }

        void restore(Map<QueueKey, QueueAccount> into, Map<Integer, Long> waitingInto, Set<Parked> handedInto) {
            into.putAll(queues.stream().collect(Collectors.toMap(Queue::key, Queue::account)));
            waitingInto.putAll(waiting);
            handedInto.addAll(handedAhead);
        }
    }

    /** One group's account of a queue. */
    record Queue(
            @JsonProperty("topic") String topic,
            @JsonProperty("queue") int queueId,
            @JsonProperty("base") long base,
            @JsonProperty("passed") long passed,
            @JsonProperty("copiedBelow") long copiedBelow,
            @JsonProperty("expired") long expired,
            @JsonProperty("copiedAhead") Collection<Long> copiedAhead) {

        Queue {
            copiedAhead = List.copyOf(copiedAhead);
        }

        static Queue of(QueueKey key, QueueAccount account) {
            return new Queue(
                    key.topic(),
                    key.queueId(),
                    account.base(),
                    account.passed(),
                    account.copiedBelow(),
                    account.expired(),
                    account.copiedAhead());
        }

        QueueKey key() {
            return new QueueKey(topic, queueId);
        }

        QueueAccount account() {
            return new QueueAccount(base, passed, copiedBelow, expired, copiedAhead);
        }
    }
}
