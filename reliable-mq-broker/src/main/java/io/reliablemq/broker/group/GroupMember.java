package io.reliablemq.broker.group;

import io.reliablemq.protocol.body.Heartbeat.ConsumerEntry;
import io.reliablemq.protocol.body.Heartbeat.SubscriptionEntry;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.transport.Connection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A client in a consumer group.
 *
 * @param version the client's protocol version
 * @param entry what its last heartbeat said
 */
public record GroupMember(String clientId, Connection connection, int version, ConsumerEntry entry) {

    static final String BROADCASTING = "BROADCASTING";

    boolean isBroadcasting() {
        return BROADCASTING.equals(entry.messageModel());
    }

    /** Whether the member subscribes to something, its retry topic aside. */
    boolean isSubscriber() {
        return !subscribed().isEmpty();
    }

    /**
     * What the member consumes, in a form that is equal for equal subscriptions: versions, the spacing and order of
     * tags, and the retry topic, which each client adds by itself, make no difference.
     */
    Set<String> subscribed() {
        return entry.subscriptions().stream()
                .filter(subscription -> !Names.isRetryTopic(subscription.topic()))
                .map(GroupMember::normalized)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The topics that it consumes: those that it names, and its group's retry topic, whether or not it names it. */
    Set<String> topics() {
        Set<String> topics = new TreeSet<>();
        topics.add(Names.retryTopic(entry.group()));
        entry.subscriptions().forEach(subscription -> topics.add(subscription.topic()));
        return topics;
    }

    private static String normalized(SubscriptionEntry subscription) {
        String type = subscription.expressionType();
        boolean byTag = type == null || type.isBlank() || type.equals("TAG");
        if (!byTag) {
            return subscription.topic() + ":" + type + "(" + subscription.expression() + ")";
        }
        return subscription.topic() + ":"
                + (subscription.tags().isEmpty() ? "*" : String.join("||", new TreeSet<>(subscription.tags())));
    }
}
