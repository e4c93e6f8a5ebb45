package io.reliablemq.client.consumer;

import io.reliablemq.client.api.AllocationStrategy;
import io.reliablemq.client.api.PushConsumer.Queue;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds out which queues come from a member that is still there, and may still be at work on them: not those of one that has left
 * or died, and not those that were this member's. Owned by the thread {@code rmq-client}.
 */
final class HandOvers {

    private final AllocationStrategy strategy;

    /** The members of the last look, by topic. */
    private final Map<String, List<String>> before = new HashMap<>();

    HandOvers(AllocationStrategy strategy) {
        this.strategy = strategy;
    }

    /**
     * Takes over who the members are now.
     *
     * @param queues all of the topic, in order
     * @param members in order
     * @param own those of the queues that are this member's from now on
     */
    Set<Queue> fromOthers(String topic, String self, List<Queue> queues, List<String> members, List<Queue> own) {
        List<String> known = before.put(topic, members);
        // At the first look it was the others who had the queues.
        List<String> then = known == null
                ? members.stream().filter(member -> !member.equals(self)).toList()
                : known;
        Set<Queue> handed = new HashSet<>();
        if (!then.equals(members)) {
            for (String member : then) {
                if (!member.equals(self) && members.contains(member)) {
                    handed.addAll(strategy.queuesOf(member, queues, then));
                }
            }
            handed.retainAll(own);
        }
        return handed;
    }
}
