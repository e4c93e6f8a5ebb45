package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.route.Heartbeats;
import io.reliablemq.client.route.Reachability;
import io.reliablemq.client.route.Remote;
import io.reliablemq.client.route.RouteTable;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.runtime.Clock;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the consumers of one client share. */
public record ConsumerContext(
        ClientSettings settings,
        RouteTable routes,
        Heartbeats heartbeats,
        Reachability reachability,
        Remote remote,
        TaskLoop loop,
        Clock clock,
        GroupNotices notices) {

    /** The addresses of the broker that has the queue, or null while no route names it. */
    @Nullable
    BrokerAddresses broker(Queue queue) {
        TopicRoute route = routes.route(queue.topic());
        return route == null ? null : route.broker(queue.brokerName());
    }

    /** Where to read from and to keep offsets for the queue now, see {@link #readable(BrokerAddresses)}. */
    @Nullable
    String readable(Queue queue) {
        BrokerAddresses broker = broker(queue);
        return broker == null ? null : readable(broker);
    }

    /**
     * The address of the master; that of a slave as long as the broker has no master, or one that cannot be reached; null
     * if no route names any. If none can be reached, the first of them.
     */
    @Nullable
    String readable(BrokerAddresses broker) {
        List<String> byId = new TreeMap<>(broker.addresses()).values().stream().toList();
        return byId.stream().filter(reachability::isReachable).findFirst().orElse(byId.isEmpty() ? null : byId.get(0));
    }
}
