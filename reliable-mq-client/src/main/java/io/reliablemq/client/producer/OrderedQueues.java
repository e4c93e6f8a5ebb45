package io.reliablemq.client.producer;

import io.reliablemq.client.route.PublishRoute;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.QueueAccess;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which queue the messages of an ordering key go to. Thread-safe.
 *
 * <p>Each queue of the topic gets a number out of key and queue, and the largest wins: when queues are added, only keys
 * that go to one of them move. A broker that is missing from the route, or has no master there, keeps its queues for as
 * long as this client lives, because its messages are still unread when it comes back, and later ones of the same key must
 * not overtake them. A broker that is there has the queues that it says it has.
 *
 * <p>A topic that does not exist yet is made by the broker that gets its first message, and by no other. So all its keys go to
 * one broker, which its name chooses, until its own route is there; what is assumed until then is not remembered.
 */
public final class OrderedQueues {

    /** Queues by broker name, by topic. The inner maps are values. */
    private final Map<String, Map<String, Integer>> layouts = new ConcurrentHashMap<>();

    /** A queue, whether or not its broker can be sent to now. */
    record Queue(String brokerName, int queueId) {}

    /** @return null if the topic has no queue that may be written to */
    @Nullable
    Queue of(String topic, String orderingKey, PublishRoute published, int newTopicQueues) {
        Map<String, Integer> layout = published.inherited()
                ? layoutOfNewTopic(topic, published, newTopicQueues)
                : layouts.compute(topic, (name, known) -> layout(known, published));
        Queue best = null;
        long highest = Long.MIN_VALUE;
        for (Map.Entry<String, Integer> broker : layout.entrySet()) {
            for (int id = 0; id < broker.getValue(); id++) {
                long score = score(orderingKey, broker.getKey(), id);
                if (best == null || score > highest) {
                    best = new Queue(broker.getKey(), id);
                    highest = score;
                }
            }
        }
        return best;
    }

    private static Map<String, Integer> layoutOfNewTopic(String topic, PublishRoute published, int newTopicQueues) {
        Set<String> withMaster = withMaster(published);
        return published.route().queues().stream()
                .filter(access -> Permission.canWrite(access.permission()) && withMaster.contains(access.brokerName()))
                .max(Comparator.comparingLong(access -> score(topic, access.brokerName(), 0)))
                .map(access -> Map.of(access.brokerName(), Math.min(newTopicQueues, access.readQueues())))
                .orElse(Map.of());
    }

    private static Set<String> withMaster(PublishRoute published) {
        return published.route().brokers().stream()
                .filter(broker -> broker.master() != null)
                .map(BrokerAddresses::brokerName)
                .collect(Collectors.toSet());
    }

    private static Map<String, Integer> layout(@Nullable Map<String, Integer> known, PublishRoute published) {
        Map<String, Integer> queues = new TreeMap<>(known == null ? Map.of() : known);
        Set<String> withMaster = withMaster(published);
        for (QueueAccess access : published.route().queues()) {
            int count = access.writeQueues();
            if (!Permission.canWrite(access.permission())) {
                queues.remove(access.brokerName());
            } else if (withMaster.contains(access.brokerName())) {
                queues.put(access.brokerName(), count);
            } else {
                queues.putIfAbsent(access.brokerName(), count);
            }
        }
        return known != null && queues.equals(known) ? known : Map.copyOf(queues);
    }

    /** Depends on nothing but the names, so that all producers agree, now and after a restart. */
    private static long score(String orderingKey, String brokerName, int queueId) {
        return mix(mix(orderingKey.hashCode()) ^ mix(31L * brokerName.hashCode() + queueId));
    }

    /** Spreads the bits (the finalizer of SplitMix64). */
    private static long mix(long value) {
        long mixed = value + 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }
}
