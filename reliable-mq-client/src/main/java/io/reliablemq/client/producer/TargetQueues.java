package io.reliablemq.client.producer;

import io.reliablemq.client.route.PublishRoute;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The queues of each topic that can be sent to, worked out once for each route. Thread-safe. */
public final class TargetQueues {

    private final Map<String, Known> byTopic = new ConcurrentHashMap<>();

    private record Known(PublishRoute route, int newTopicQueues, List<TargetQueue> queues) {}

    /** As {@link TargetQueue#of}. */
    List<TargetQueue> of(String topic, PublishRoute route, int newTopicQueues) {
        Known known = byTopic.get(topic);
        if (known == null || known.route != route || known.newTopicQueues != newTopicQueues) {
            known = new Known(route, newTopicQueues, List.copyOf(TargetQueue.of(route, newTopicQueues)));
            byTopic.put(topic, known);
        }
        return known.queues;
    }
}
