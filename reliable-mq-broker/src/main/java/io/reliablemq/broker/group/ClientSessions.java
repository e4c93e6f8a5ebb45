package io.reliablemq.broker.group;

import io.reliablemq.protocol.body.Heartbeat;
import io.reliablemq.protocol.body.Heartbeat.ConsumerEntry;
import io.reliablemq.protocol.body.Heartbeat.ProducerEntry;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.transport.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients that sent heartbeats, by connection. A session ends when its connection closes, or when no heartbeat came
 * for two minutes. Sessions outlast a change of the broker's role, since connections do.
 *
 * <p>Thread-safe.
 */
public final class ClientSessions {

    private static final Logger LOG = LoggerFactory.getLogger(ClientSessions.class);

    /** By the protocol: clients send a heartbeat each 30 s. */
    private static final long MAX_SILENCE_NANOS = Duration.ofSeconds(120).toNanos();

    private final ConsumerGroups groups;
    private final Clock clock;
    private final Map<Connection, Session> sessions = new ConcurrentHashMap<>();
    private volatile Subscriptions subscriptions = (group, topics) -> {};

    /** Hears which topics a group consumes in cluster mode. */
    @FunctionalInterface
    public interface Subscriptions {
        void subscribed(String group, Collection<String> topics);
    }

    /** A client on one connection. */
    public record Producer(String clientId, Connection connection, int version) {}

    private record Session(String clientId, int version, long heardAtNanos, Set<String> producerGroups) {}

    public ClientSessions(ConsumerGroups groups, Clock clock) {
        this.groups = groups;
        this.clock = clock;
    }

    /** Tells the listener, instead of the one before, of the subscriptions that there are and of those that come. */
    public void tell(Subscriptions listener) {
        subscriptions = listener;
        groups.views().values().forEach(view -> view.members().forEach(this::keepFor));
    }

    private void keepFor(GroupMember member) {
        if (member.isSubscriber() && !member.isBroadcasting()) {
            subscriptions.subscribed(member.entry().group(), member.topics());
        }
    }

    /**
     * Notes that the client lives, and takes it into its groups.
     *
     * @return why it was refused by some of its groups; empty if it was taken into all of them
     */
    public List<String> heartbeat(Connection connection, int version, Heartbeat heartbeat) {
        Set<String> producers = ConcurrentHashMap.newKeySet();
        heartbeat.producers().stream().map(ProducerEntry::group).forEach(producers::add);
        Session before = sessions.put(connection, new Session(heartbeat.clientId(), version, clock.nanos(), producers));
        List<String> refusals = new ArrayList<>();
        for (ConsumerEntry consumer : heartbeat.consumers()) {
            GroupMember member = new GroupMember(heartbeat.clientId(), connection, version, consumer);
            String refusal = groups.join(member);
            if (refusal != null) {
                LOG.warn("{}", refusal);
                refusals.add(refusal);
            } else {
                // From its first heartbeat on, messages are kept for the group.
                keepFor(member);
            }
        }
        if (before == null) {
            // Last, so that a connection that closed meanwhile is forgotten at once.
            connection.onClose(() -> end(connection));
        }
        return refusals;
    }

    /** The client gives up a group of either kind. */
    public void unregister(Connection connection, @Nullable String producerGroup, @Nullable String consumerGroup) {
        Session session = sessions.get(connection);
        if (session != null && producerGroup != null) {
            session.producerGroups().remove(producerGroup);
        }
        if (consumerGroup != null) {
            groups.leave(connection, consumerGroup);
        }
    }

    /** The clients that produce for the group. */
    public List<Producer> producers(String group) {
        List<Producer> producers = new ArrayList<>();
        sessions.forEach((connection, session) -> {
            if (session.producerGroups().contains(group)) {
                producers.add(new Producer(session.clientId(), connection, session.version()));
            }
        });
        return producers;
    }

    /** The connection of a client that has a producer; null if it is not here. */
    public @Nullable Connection connectionOf(String clientId) {
        for (Map.Entry<Connection, Session> entry : sessions.entrySet()) {
            Session session = entry.getValue();
            if (session.clientId().equals(clientId)
                    && !session.producerGroups().isEmpty()
                    && entry.getKey().isOpen()) {
                return entry.getKey();
            }
        }
        return null;
    }

    /** How many clients are known. */
    public int size() {
        return sessions.size();
    }

    /** Ends the sessions of clients that fell silent, and closes their connections. */
    public void endSilent() {
        sessions.forEach((connection, session) -> {
            if (clock.nanos() - session.heardAtNanos() >= MAX_SILENCE_NANOS) {
                LOG.warn("Client {} at {} fell silent", session.clientId(), connection.remoteAddress());
                end(connection);
                connection.close();
            }
        });
    }

    private void end(Connection connection) {
        sessions.remove(connection);
        groups.leaveAll(connection);
    }
}
