package io.reliablemq.broker.nameserver;

import io.reliablemq.broker.nameserver.BrokerLiveness.BrokerAddress;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.body.TopicList;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.HeaderFields;
import io.reliablemq.protocol.header.MalformedHeaderException;
import io.reliablemq.protocol.header.RegisterBrokerRequest;
import io.reliablemq.protocol.header.RouteRequest;
import io.reliablemq.protocol.header.TopicRequest;
import io.reliablemq.protocol.header.UnregisterBrokerRequest;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.route.TopicSettings;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what brokers, clients and administrators ask a name server. Called on event loops, for a
 * broker of this process on its own {@code rmq-registration}; never blocks.
 *
 * <p>Key-value entries live in memory only: brokers and tools write them again when they need them.
 */
final class NameServerRequests implements RequestHandler {

    /** They are kept in memory, and anybody may put some. */
    private static final int MOST_KEY_VALUES = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(NameServer.class);

    private final BrokerRegistrations brokers;
    private final RouteRegistry routes;
    private final RouteWatchers watchers;
    private final Runnable deadlinesChanged;
    private final Map<KeyValueName, String> keyValues = new ConcurrentHashMap<>();

    private record KeyValueName(String namespace, String key) {}

    NameServerRequests(BrokerRegistrations brokers, RouteWatchers watchers, Runnable deadlinesChanged) {
        this.brokers = brokers;
        this.routes = brokers.routes();
        this.watchers = watchers;
        this.deadlinesChanged = deadlinesChanged;
    }

    @Override
    public void handle(Command request, Reply reply) {
        reply.send(answer(request, reply.connection()));
    }

    Command answer(Command request, Connection connection) {
        try {
            return switch (request.code()) {
                case RequestCode.GET_ROUTE_BY_TOPIC -> route(RouteRequest.read(request.fields()), connection);
                case RequestCode.REGISTER_BROKER -> register(request, connection);
                case RequestCode.UNREGISTER_BROKER -> unregister(request);
                case RequestCode.BROKER_HEARTBEAT -> brokerHeartbeat(request);
                case RequestCode.GET_BROKER_CLUSTER_INFO ->
                    Command.success(Map.of(), JsonBodies.write(routes.clusterInfo()));
                case RequestCode.GET_ALL_TOPICS_FROM_NAME_SERVER ->
                    Command.success(Map.of(), JsonBodies.write(new TopicList(routes.topics(), null)));
                case RequestCode.DELETE_TOPIC_IN_NAME_SERVER -> deleteTopic(request);
                case RequestCode.PUT_KV_CONFIG -> putKeyValue(HeaderFields.of(request.fields()));
                case RequestCode.GET_KV_CONFIG -> getKeyValue(HeaderFields.of(request.fields()));
                case RequestCode.DELETE_KV_CONFIG -> deleteKeyValue(HeaderFields.of(request.fields()));
                default ->
                    Command.failure(
                            ResponseCode.REQUEST_CODE_NOT_SUPPORTED,
                            "The name server does not support request code " + request.code());
            };
        } catch (MalformedHeaderException | MalformedBodyException e) {
            return Command.failure(ResponseCode.SYSTEM_ERROR, String.valueOf(e.getMessage()));
        }
    }

    private Command route(RouteRequest request, Connection connection) {
        // Before the route is read, so that no change falls between the two.
        boolean watched = request.watch() && watchers.watch(connection, request.topic());
        Map<String, String> fields = watched ? Map.of(RouteRequest.WATCHED, "true") : Map.of();
        TopicRoute route = routes.route(request.topic());
        if (route == null) {
            String remark = "No topic route info in name server for the topic: " + request.topic();
            return Command.response(ResponseCode.TOPIC_NOT_EXIST, remark, fields, Body.EMPTY);
        }
        return Command.success(fields, JsonBodies.write(route));
    }

    private Command register(Command command, Connection connection) {
        RegisterBrokerRequest request = RegisterBrokerRequest.read(command.fields());
        Collection<TopicSettings> topics = RegistrationBody.topics(request, command.body());
        boolean onDemand = HeaderFields.of(command.fields()).flag(NameServer.RETRY_TOPICS_ON_DEMAND, false);
        NameServer.Registered registered = register(request, connection, onDemand, topics);
        String refusal = registered.refusal();
        return refusal == null
                ? Command.success(registered.answer().fields())
                : Command.failure(ResponseCode.SYSTEM_ERROR, refusal);
    }

    /** @param connection null for a broker of this process */
    NameServer.Registered register(
            RegisterBrokerRequest request,
            @Nullable Connection connection,
            boolean retryTopicsOnDemand,
            Collection<TopicSettings> topics) {
        BrokerAddress broker = new BrokerAddress(request.brokerName(), request.brokerAddress());
        BrokerRegistrations.Outcome outcome = brokers.register(request, connection, retryTopicsOnDemand, topics);
        if (outcome.holder() != null) {
            // Two brokers under one name would take turns in the routes, and messages of one would seem to be gone.
            return new NameServer.Registered(
                    "The broker name " + broker.brokerName() + " with id " + request.brokerId() + " belongs to "
                            + outcome.holder() + ", which is alive; give this broker a name of its own",
                    outcome.answer());
        }
        if (outcome.arrived()) {
            LOG.info(
                    "Broker {} of {} registered with id {} at {}",
                    broker.brokerName(),
                    request.clusterName(),
                    request.brokerId(),
                    broker.address());
            if (connection != null) {
                connection.onClose(() -> connectionClosed(broker, connection));
            }
        }
        deadlinesChanged.run();
        return new NameServer.Registered(null, outcome.answer());
    }

    private void connectionClosed(BrokerAddress broker, Connection connection) {
        if (brokers.remove(broker, connection)) {
            LOG.warn(
                    "The connection of broker {} at {} closed: it is out of the routes until it registers again",
                    broker.brokerName(),
                    broker.address());
        }
    }

    private Command unregister(Command command) {
        unregister(UnregisterBrokerRequest.read(command.fields()));
        return Command.success();
    }

    void unregister(UnregisterBrokerRequest request) {
        BrokerAddress broker = new BrokerAddress(request.brokerName(), request.brokerAddress());
        if (brokers.remove(broker, null)) {
            LOG.info("Broker {} at {} left", broker.brokerName(), broker.address());
        }
    }

    private Command brokerHeartbeat(Command command) {
        HeaderFields fields = HeaderFields.of(command.fields());
        brokers.heard(new BrokerAddress(fields.text("brokerName"), fields.text("brokerAddr")));
        return Command.success();
    }

    private Command deleteTopic(Command command) {
        String topic = TopicRequest.read(command.fields()).topic();
        routes.deleteTopic(topic);
        LOG.info("Topic {} was deleted from the routes", topic);
        return Command.success();
    }

    private Command putKeyValue(HeaderFields fields) {
        KeyValueName name = new KeyValueName(fields.text("namespace"), fields.text("key"));
        if (keyValues.size() >= MOST_KEY_VALUES && !keyValues.containsKey(name)) {
            return Command.failure(
                    ResponseCode.SYSTEM_ERROR, "There are " + MOST_KEY_VALUES + " config items, and no more are kept");
        }
        keyValues.put(name, fields.text("value"));
        return Command.success();
    }

    private Command getKeyValue(HeaderFields fields) {
        KeyValueName name = new KeyValueName(fields.text("namespace"), fields.text("key"));
        String value = keyValues.get(name);
        return value == null
                ? Command.failure(
                        ResponseCode.QUERY_NOT_FOUND,
                        "No config item, Namespace: " + name.namespace() + " Key: " + name.key())
                : Command.success(Map.of("value", value));
    }

    private Command deleteKeyValue(HeaderFields fields) {
        keyValues.remove(new KeyValueName(fields.text("namespace"), fields.text("key")));
        return Command.success();
    }
}
