package io.reliablemq.broker.group;

import io.reliablemq.protocol.body.Heartbeat.ConsumerEntry;
import io.reliablemq.protocol.body.Heartbeat.SubscriptionEntry;
import io.reliablemq.protocol.transport.Connection;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A consumer group at one moment. There is at least one member.
 *
 * @param subscriptions by topic, each with the highest version that a member named
 */
public record GroupView(String group, List<GroupMember> members, Map<String, SubscriptionEntry> subscriptions) {

    static GroupView of(String group, Collection<GroupMember> members) {
        Map<String, SubscriptionEntry> newest = new HashMap<>();
        for (GroupMember member : members) {
            for (SubscriptionEntry entry : member.entry().subscriptions()) {
                newest.merge(entry.topic(), entry, (a, b) -> a.version() >= b.version() ? a : b);
            }
        }
        return new GroupView(group, List.copyOf(members), Map.copyOf(newest));
    }

    public @Nullable SubscriptionEntry subscription(String topic) {
        return subscriptions.get(topic);
    }

    public List<String> clientIds() {
        return members.stream().map(GroupMember::clientId).distinct().toList();
    }

    public List<Connection> connections() {
        return members.stream().map(GroupMember::connection).toList();
    }

    public boolean isBroadcasting() {
        return members.get(0).isBroadcasting();
    }

    /** What one of the members said of itself; in these respects they are alike. */
    public ConsumerEntry description() {
        return members.get(0).entry();
    }
}
