package io.reliablemq.broker.nameserver;

import io.reliablemq.protocol.message.Names;
import java.util.Set;

/**
 * Which routes are no longer what they were.
 *
 * @param topics by name
 * @param everyRetryTopic whether those of all retry topics are among them, of topics that do not exist yet too
 */
record RouteChange(Set<String> topics, boolean everyRetryTopic) {

    static final RouteChange NONE = new RouteChange(Set.of(), false);

    boolean isNone() {
        return topics.isEmpty() && !everyRetryTopic;
    }

    boolean concerns(String topic) {
        return topics.contains(topic) || everyRetryTopic && Names.isRetryTopic(topic);
    }
}
