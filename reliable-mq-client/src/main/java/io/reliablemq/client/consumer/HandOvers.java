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

    /** The last look, by topic. */
    private final Map<String, Look> before = new HashMap<>();

    /** Who shared what. Both in order. */
    private record Look(List<Queue> queues, List<String> members) {}

    HandOvers(AllocationStrategy strategy) {
        this.strategy = strategy;
    }

    /**
     * Takes over who the members are now, and what they share.
     *
     * @param queues all of the topic, in order
     * @param members in order
     * @param own those of the queues that are this member's from now on
     */
    Set<Queue> fromOthers(String topic, String self, List<Queue> queues, List<String> members, List<Queue> own) {
        Look now = new Look(queues, members);
        Look known = before.put(topic, now);
        // At the first look it was the others who had the queues.
        Look then = known == null
                ? new Look(
                        queues,
                        members.stream().filter(member -> !member.equals(self)).toList())
                : known;
        Set<Queue> handed = new HashSet<>();
        if (!then.equals(now)) {
            for (String member : then.members()) {
                if (!member.equals(self) && members.contains(member)) {
                    handed.addAll(strategy.queuesOf(member, then.queues(), then.members()));
                }
            }
            handed.retainAll(own);
        }
        return handed;
    }
}
