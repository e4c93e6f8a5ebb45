package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.route.Heartbeats;
import io.reliablemq.client.route.Reachability;
import io.reliablemq.client.route.Remote;
import io.reliablemq.client.route.RouteTable;
import io.reliablemq.protocol.runtime.Clock;

/** What a consumer works with where a {@link Remote} stands for all brokers and name servers. */
final class RemoteContext {

    static ConsumerContext of(Remote remote, TaskLoop loop, Clock clock) {
        ClientSettings client = ClientSettings.of("n:1");
        RouteTable routes = new RouteTable(client, remote, loop, clock);
        Heartbeats heartbeats = new Heartbeats("me", client, routes, remote, loop);
        return new ConsumerContext(
                client,
                routes,
                heartbeats,
                new Reachability(routes, heartbeats, loop),
                remote,
                loop,
                clock,
                new GroupNotices(),
                Runnable::run);
    }

    private RemoteContext() {}
}
