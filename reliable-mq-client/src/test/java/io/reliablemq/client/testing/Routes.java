package io.reliablemq.client.testing;

import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.TopicList;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.RouteRequest;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.QueueAccess;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What a scripted name server knows; answers route requests. */
public final class Routes implements RequestHandler {

    private final Map<String, TopicRoute> routes = new ConcurrentHashMap<>();
    private final Set<Connection> watching = ConcurrentHashMap.newKeySet();
    private volatile boolean telling;

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

    /** One broker with a master, a slave or both. */
    public static TopicRoute masterAndSlave(
            int queues, String broker, @Nullable String master, @Nullable String slave) {
        Map<Long, String> addresses = new TreeMap<>();
        if (master != null) {
            addresses.put(BrokerAddresses.MASTER_ID, master);
        }
        if (slave != null) {
            addresses.put(1L, slave);
        }
        return new TopicRoute(
                List.of(new BrokerAddresses("DefaultCluster", broker, addresses)),
                List.of(new QueueAccess(broker, queues, queues, Permission.READ_WRITE, 0)));
    }

    public Routes put(String topic, TopicRoute route) {
        routes.put(topic, route);
        tell(topic);
        return this;
    }

    public void remove(String topic) {
        routes.remove(topic);
        tell(topic);
    }

    /** Tells whoever watches, as the name server of this project does; without it, as one of Apache RocketMQ, nobody. */
    public Routes telling() {
        telling = true;
        return this;
    }

    private void tell(String topic) {
        watching.removeIf(connection -> !connection.isOpen());
        watching.forEach(connection -> connection.sendOneWay(Command.request(
                        RequestCode.ROUTES_CHANGED, Map.of(), JsonBodies.write(new TopicList(List.of(topic), null)))
                .asOneWay()));
    }

    @Override
    public void handle(Command request, Reply reply) {
        RouteRequest asked = RouteRequest.read(request.fields());
        boolean watched = telling && asked.watch();
        if (watched) {
            watching.add(reply.connection());
        }
        Map<String, String> fields = watched ? Map.of(RouteRequest.WATCHED, "true") : Map.of();
        TopicRoute route = routes.get(asked.topic());
        reply.send(
                route == null
                        ? Command.response(
                                ResponseCode.TOPIC_NOT_EXIST, "No route of " + asked.topic(), fields, Body.EMPTY)
                        : Command.success(fields, JsonBodies.write(route)));
    }
}
