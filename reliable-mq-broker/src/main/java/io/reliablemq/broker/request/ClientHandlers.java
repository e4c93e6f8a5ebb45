package io.reliablemq.broker.request;

import io.reliablemq.broker.group.ClientSessions;
import io.reliablemq.broker.group.ConsumerGroups;
import io.reliablemq.broker.group.GroupView;
import io.reliablemq.broker.group.QueueLocks;
import io.reliablemq.protocol.body.ClientConnections;
import io.reliablemq.protocol.body.ClientConnections.Client;
import io.reliablemq.protocol.body.ConsumerIds;
import io.reliablemq.protocol.body.Heartbeat;
import io.reliablemq.protocol.body.Heartbeat.SubscriptionEntry;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.QueueLock;
import io.reliablemq.protocol.body.SubscriptionCheck;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.ConsumerGroupRequest;
import io.reliablemq.protocol.header.HeaderFields;
import io.reliablemq.protocol.header.UnregisterClientRequest;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.Reply;
import java.util.List;
import java.util.Map;

/** The small handlers about clients: who is there, who leaves, who holds which queue. */
public final class ClientHandlers {

    private static final String LANGUAGE = "JAVA";

    private final ConsumerGroups groups;
    private final ClientSessions sessions;
    private final QueueLocks locks;
    private final PullFilters filters;

    public ClientHandlers(ConsumerGroups groups, ClientSessions sessions, QueueLocks locks, PullFilters filters) {
        this.groups = groups;
        this.sessions = sessions;
        this.locks = locks;
        this.filters = filters;
    }

    public void addTo(HandlerTable.Builder table) {
        table.on(RequestCode.UNREGISTER_CLIENT, this::unregister)
                .on(RequestCode.GET_CONSUMER_LIST_BY_GROUP, this::consumerIds)
                .on(RequestCode.GET_CONSUMER_CONNECTIONS, this::consumers)
                .on(RequestCode.GET_PRODUCER_CONNECTIONS, this::producers)
                .on(RequestCode.LOCK_BATCH_QUEUES, this::lock)
                .on(RequestCode.UNLOCK_BATCH_QUEUES, this::unlock)
                .on(RequestCode.CHECK_CLIENT_CONFIG, this::checkConfig);
    }

    private void unregister(Command command, Reply reply) {
        UnregisterClientRequest request = UnregisterClientRequest.read(command.fields());
        sessions.unregister(reply.connection(), request.producerGroup(), request.consumerGroup());
        reply.send(Command.success());
    }

    private void consumerIds(Command command, Reply reply) {
        String group = ConsumerGroupRequest.read(command.fields()).consumerGroup();
        GroupView view = groups.view(group);
        reply.send(
                view == null
                        ? Command.failure(ResponseCode.SYSTEM_ERROR, "No consumer of the group " + group + " is online")
                        : Command.success(Map.of(), JsonBodies.write(new ConsumerIds(view.sharingIds()))));
    }

    private void consumers(Command command, Reply reply) {
        String group = ConsumerGroupRequest.read(command.fields()).consumerGroup();
        GroupView view = groups.view(group);
        if (view == null) {
            throw new RefusedException(
                    ResponseCode.CONSUMER_NOT_ONLINE, "No consumer of the group " + group + " is online");
        }
        List<Client> clients = view.members().stream()
                .map(member -> client(member.clientId(), member.connection(), member.version()))
                .toList();
        Heartbeat.ConsumerEntry description = view.description();
        reply.send(Command.success(
                Map.of(),
                JsonBodies.write(new ClientConnections(
                        clients,
                        description.consumeType(),
                        description.messageModel(),
                        description.consumeFrom(),
                        view.subscriptions()))));
    }

    private void producers(Command command, Reply reply) {
        String group = HeaderFields.of(command.fields()).text("producerGroup");
        List<Client> clients = sessions.producers(group).stream()
                .map(producer -> client(producer.clientId(), producer.connection(), producer.version()))
                .toList();
        if (clients.isEmpty()) {
            throw new RefusedException(ResponseCode.SYSTEM_ERROR, "No producer of the group " + group + " is online");
        }
        reply.send(Command.success(Map.of(), JsonBodies.write(new ClientConnections(clients, null, null, null, null))));
    }

    private static Client client(String clientId, Connection connection, int version) {
        String address = connection.remoteAddress().getAddress().getHostAddress() + ":"
                + connection.remoteAddress().getPort();
        return new Client(clientId, address, LANGUAGE, version);
    }

    private void lock(Command command, Reply reply) {
        QueueLock.Request request = JsonBodies.read(command.body(), QueueLock.Request.class);
        RequestChecks.clientId(request.clientId());
        List<QueueLock.Queue> held = locks.lock(request.group(), request.clientId(), queues(request)).stream()
                .map(queue -> new QueueLock.Queue(queue.topic(), queue.brokerName(), queue.queueId()))
                .toList();
        reply.send(Command.success(Map.of(), JsonBodies.write(new QueueLock.Response(held))));
    }

    private void unlock(Command command, Reply reply) {
        QueueLock.Request request = JsonBodies.read(command.body(), QueueLock.Request.class);
        RequestChecks.clientId(request.clientId());
        locks.unlock(request.group(), request.clientId(), queues(request));
        reply.send(Command.success());
    }

    private static List<QueueLocks.Queue> queues(QueueLock.Request request) {
        return request.queues().stream()
                .map(queue -> new QueueLocks.Queue(queue.topic(), queue.brokerName(), queue.queueId()))
                .toList();
    }

    /** Asked by clients about subscriptions that are not by tag, before they start: better now than at every pull. */
    private void checkConfig(Command command, Reply reply) {
        SubscriptionCheck check = JsonBodies.read(command.body(), SubscriptionCheck.class);
        SubscriptionEntry subscription = check.subscription();
        if (subscription != null && !PullFilters.isTagType(subscription.expressionType())) {
            filters.compile(subscription.expressionType(), subscription.expression());
        }
        reply.send(Command.success());
    }
}
