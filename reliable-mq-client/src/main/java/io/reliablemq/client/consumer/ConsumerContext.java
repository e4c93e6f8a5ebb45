package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.route.Heartbeats;
import io.reliablemq.client.route.Remote;
import io.reliablemq.client.route.RouteTable;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.runtime.Clock;
import org.jspecify.annotations.Nullable;

/** What the consumers of one client share. */
public record ConsumerContext(
        ClientSettings settings,
        RouteTable routes,
        Heartbeats heartbeats,
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

    /** The address of the queue's master, or of one of its slaves while it has none; null if no route names any. */
    @Nullable
    String masterOrSlave(Queue queue) {
        BrokerAddresses broker = broker(queue);
        return broker == null ? null : masterOrSlave(broker);
    }

    static @Nullable String masterOrSlave(BrokerAddresses broker) {
        String master = broker.master();
        return master != null
                ? master
                : broker.addresses().values().stream().sorted().findFirst().orElse(null);
    }
}
