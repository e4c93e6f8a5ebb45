package io.reliablemq.broker.group;

import io.reliablemq.protocol.transport.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members of each consumer group, by connection.
 *
 * <p>One group has one subscription: offsets are kept a group and queue, so a message that one member does not want
 * would be skipped for the member that does. A member that subscribes to something else than the others is refused, and
 * stays outside, without queues, until it or they changed; its client repeats the heartbeat and so comes in by itself
 * once the others are gone. A newer version of the same subscription is no difference, and a member alone may change
 * its mind.
 *
 * <p>Thread-safe: members are guarded by {@code lock}; views are immutable. Listeners are called without the lock.
 */
public final class ConsumerGroups {

    private static final Logger LOG = LoggerFactory.getLogger(ConsumerGroups.class);

    private final GroupListener listener;
    private final Object lock = new Object();
    private final Map<String, Map<Connection, GroupMember>> groups = new HashMap<>();
    private final Map<String, GroupView> views = new ConcurrentHashMap<>();

    public ConsumerGroups(GroupListener listener) {
        this.listener = listener;
    }

    /** The group now; null if nobody is in it. */
    public @Nullable GroupView view(String group) {
        return views.get(group);
    }

    public Map<String, GroupView> views() {
        return Map.copyOf(views);
    }

    /**
     * Takes the member in, or notes what is new about it.
     *
     * @return why it is refused; null if it is a member now
     */
    public @Nullable String join(GroupMember member) {
        String group = member.entry().group();
        String refusal;
        GroupView changed = null;
        synchronized (lock) {
            Map<Connection, GroupMember> members = groups.computeIfAbsent(group, name -> new LinkedHashMap<>());
            refusal = conflict(member, members);
            if (refusal != null) {
                changed = members.remove(member.connection()) == null ? null : refresh(group, members);
            } else {
                GroupMember before = members.put(member.connection(), member);
                GroupView view = refresh(group, members);
                if (before == null || !before.subscribed().equals(member.subscribed())) {
                    changed = view;
                }
            }
            if (members.isEmpty()) {
                groups.remove(group);
            }
        }
        tell(changed);
        return refusal;
    }

    private static @Nullable String conflict(GroupMember member, Map<Connection, GroupMember> members) {
        Set<String> wanted = member.subscribed();
        for (GroupMember other : members.values()) {
            // A client that came back over a new connection is no other member, and a dead connection has no say.
            if (other.clientId().equals(member.clientId())
                    || !other.connection().isOpen()) {
                continue;
            }
            Set<String> theirs = other.subscribed();
            // Members without any subscription choose their queues themselves and cannot get in anybody's way.
            if (wanted.isEmpty() || theirs.isEmpty()) {
                continue;
            }
            if (other.isBroadcasting() != member.isBroadcasting()) {
                return "The consumer group " + member.entry().group() + " is consumed as "
                        + other.entry().messageModel() + " by " + other.clientId() + ", but " + member.clientId()
                        + " wants " + member.entry().messageModel() + "; give one of them a group of its own";
            }
            if (!wanted.equals(theirs)) {
                return "The consumer group " + member.entry().group() + " subscribes to " + theirs + " ("
                        + other.clientId()
                        + "), but " + member.clientId() + " wants " + wanted
                        + "; all members of a group must subscribe to the same, so give one of them a group of its own";
            }
        }
        return null;
    }

    /** Takes the connection out of the group. */
    public void leave(Connection connection, String group) {
        GroupView changed = null;
        synchronized (lock) {
            Map<Connection, GroupMember> members = groups.get(group);
            if (members != null && members.remove(connection) != null) {
                changed = refresh(group, members);
                if (members.isEmpty()) {
                    groups.remove(group);
                }
            }
        }
        tell(changed);
    }

    /** Takes the connection out of all groups. */
    public void leaveAll(Connection connection) {
        List<String> left = new ArrayList<>();
        synchronized (lock) {
            groups.forEach((group, members) -> {
                if (members.containsKey(connection)) {
                    left.add(group);
                }
            });
        }
        left.forEach(group -> leave(connection, group));
    }

    /** Makes the new view. Called with the lock held. */
    private GroupView refresh(String group, Map<Connection, GroupMember> members) {
        GroupView view = GroupView.of(group, members.values());
        if (members.isEmpty()) {
            views.remove(group);
        } else {
            views.put(group, view);
        }
        return view;
    }

    private void tell(@Nullable GroupView changed) {
        if (changed == null) {
            return;
        }
        LOG.info(
                "Consumer group {} has {} members: {}",
                changed.group(),
                changed.members().size(),
                changed.clientIds());
        // Members of a broadcasting group do not share queues, so nobody needs to know of the others.
        if (!changed.members().isEmpty() && !changed.isBroadcasting()) {
            listener.changed(changed.group(), changed.connections());
        }
    }
}
