package io.reliablemq.broker.nameserver;

import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.TopicList;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.transport.Connection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections that asked to be told when routes change, and of which topics.
 *
 * <p>Thread-safe. A notice names the topics and not the routes: whoever gets several at once asks once, and a notice that
 * is late takes nothing back. Whoever misses one asks again at its own interval.
 */
final class RouteWatchers {

    /** Topics that one connection may watch; whoever has more asks for the others from time to time. */
    static final int MOST_TOPICS = 10_000;

    private final Map<Connection, Set<String>> watched = new ConcurrentHashMap<>();

    /** @return whether the connection will be told of changes of the topic's route */
    boolean watch(Connection connection, String topic) {
        if (topic.length() > Names.MAX_DERIVED_TOPIC_LENGTH) {
            // No topic has such a name, and it would be kept.
            return false;
        }
        Set<String> topics = watched.get(connection);
        if (topics == null) {
            topics = watched.computeIfAbsent(connection, key -> ConcurrentHashMap.newKeySet());
            connection.onClose(() -> watched.remove(connection));
        }
        return topics.contains(topic) || topics.size() < MOST_TOPICS && topics.add(topic);
    }

    /** Tells those whom the change concerns; hands the notices over and waits for nothing. */
    void tell(RouteChange change) {
        if (change.isNone()) {
            return;
        }
        watched.forEach((connection, topics) -> {
            List<String> changed =
                    topics.stream().filter(change::concerns).sorted().toList();
            if (!changed.isEmpty()) {
                connection.sendOneWay(Command.request(
                                RequestCode.ROUTES_CHANGED, Map.of(), JsonBodies.write(new TopicList(changed, null)))
                        .asOneWay());
            }
        });
    }

    /** How many connections watch something. */
    int size() {
        return watched.size();
    }
}
