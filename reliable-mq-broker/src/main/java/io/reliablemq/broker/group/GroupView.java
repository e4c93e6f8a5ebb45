package io.reliablemq.broker.group;

import io.reliablemq.protocol.body.Heartbeat.ConsumerEntry;
import io.reliablemq.protocol.body.Heartbeat.SubscriptionEntry;
import io.reliablemq.protocol.transport.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A consumer group at one moment. There is at least one member. Members that subscribe come first: what the group is, is
 * told by them, and not by a tool that looks in.
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
        List<GroupMember> ordered = new ArrayList<>(members);
        ordered.sort(Comparator.comparing(member -> !member.isSubscriber()));
        return new GroupView(group, List.copyOf(ordered), Map.copyOf(newest));
    }

    public @Nullable SubscriptionEntry subscription(String topic) {
        return subscriptions.get(topic);
    }

    public List<String> clientIds() {
        return clientIds(members.stream());
    }

    /**
     * The clients that share the queues. One without a subscription takes none, so queues that are left to it would be
     * consumed by nobody. Where nobody subscribes, all of them.
     */
    public List<String> sharingIds() {
        List<String> sharing = clientIds(members.stream().filter(GroupMember::isSubscriber));
        return sharing.isEmpty() ? clientIds() : sharing;
    }

    private static List<String> clientIds(Stream<GroupMember> members) {
        return members.map(GroupMember::clientId).distinct().toList();
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
