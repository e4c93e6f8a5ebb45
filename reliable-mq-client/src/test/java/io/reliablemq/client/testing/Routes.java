package io.reliablemq.client.testing;

import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.TopicRequest;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.QueueAccess;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** What a scripted name server knows; answers route requests. */
public final class Routes implements RequestHandler {

    private final Map<String, TopicRoute> routes = new ConcurrentHashMap<>();

    /** A route over masters only, with that many queues on each. */
    public static TopicRoute route(int queues, Map<String, String> addressByBroker) {
        List<BrokerAddresses> brokers = new ArrayList<>();
        List<QueueAccess> access = new ArrayList<>();
        new TreeMap<>(addressByBroker).forEach((name, address) -> {
            brokers.add(new BrokerAddresses("DefaultCluster", name, Map.of(BrokerAddresses.MASTER_ID, address)));
            access.add(new QueueAccess(name, queues, queues, Permission.READ_WRITE, 0));
        });
        return new TopicRoute(brokers, access);
    }

    public Routes put(String topic, TopicRoute route) {
        routes.put(topic, route);
        return this;
    }

    public void remove(String topic) {
        routes.remove(topic);
    }

    @Override
    public void handle(Command request, Reply reply) {
        String topic = TopicRequest.read(request.fields()).topic();
        TopicRoute route = routes.get(topic);
        reply.send(
                route == null
                        ? Command.failure(ResponseCode.TOPIC_NOT_EXIST, "No route of " + topic)
                        : Command.success(Map.of(), JsonBodies.write(route)));
    }
}
