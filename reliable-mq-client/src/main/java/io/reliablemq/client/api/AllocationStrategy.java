package io.reliablemq.client.api;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.util.List;

/**
 * Shares the queues of a topic out among the members of a group. Every member computes this for itself, so that the result
 * must depend on nothing but the arguments, and all members must have the same strategy. Thread-safe.
 */
@FunctionalInterface
public interface AllocationStrategy {

    /**
     * The queues of one member. Together, the members have each queue exactly once.
     *
     * @param queues in order, without duplicates
     * @param members client ids in order, without duplicates, {@code self} among them
     */
    List<Queue> queuesOf(String self, List<Queue> queues, List<String> members);

    /**
     * Runs of neighbouring queues, whose lengths differ by one at most. The default, and the one strategy that official
     * clients in the same group share by default. A change of the members moves many queues.
     */
    static AllocationStrategy averagely() {
        return QueueShares.AVERAGELY;
    }

    /**
     * By consistent hash: a member that comes takes its queues from all others, one that leaves gives its own to all others,
     * and no other queue moves. Shares may differ much where queues are few.
     */
    static AllocationStrategy consistentHash() {
        return QueueShares.CONSISTENT_HASH;
    }

    /**
     * Shares that differ by one at most, of which a change of the members moves few: each queue stays where it ranks best as
     * long as that member has room.
     */
    static AllocationStrategy sticky() {
        return QueueShares.STICKY;
    }
}
