package io.reliablemq.client.consumer;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Which queues of a topic are whose. Every member of a group computes this for itself, official clients too, so all
 * must come to the same result from the same members and queues.
 */
final class Allocation {

    private static final Comparator<Queue> ORDER =
            Comparator.comparing(Queue::topic).thenComparing(Queue::brokerName).thenComparingInt(Queue::queueId);

    /**
     * Gives each member, in the order of the names, a run of neighbouring queues; the first ones get one more where
     * the numbers do not divide.
     *
     * @return the queues of {@code self}; none if it is not among the members
     */
    static List<Queue> averagely(Collection<Queue> queues, Collection<String> members, String self) {
        List<Queue> ordered = queues.stream().sorted(ORDER).toList();
        List<String> names = members.stream().distinct().sorted().toList();
        int index = names.indexOf(self);
        if (index < 0) {
            return List.of();
        }
        int share = ordered.size() / names.size();
        int larger = ordered.size() % names.size();
        int from = index * share + Math.min(index, larger);
        return ordered.subList(from, from + share + (index < larger ? 1 : 0));
    }

    private Allocation() {}
}
