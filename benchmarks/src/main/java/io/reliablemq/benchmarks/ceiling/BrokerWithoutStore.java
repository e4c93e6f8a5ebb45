package io.reliablemq.benchmarks.ceiling;

import io.reliablemq.protocol.body.ConsumerIds;
import io.reliablemq.protocol.body.Heartbeat;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.CreateTopicRequest;
import io.reliablemq.protocol.header.PullMessageRequest;
import io.reliablemq.protocol.header.PullMessageResponse;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.header.SendMessageResponse;
import io.reliablemq.protocol.message.MessageIds;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.QueueAccess;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Name server and broker in one, that answers every send at once and writes nothing. Only what goes to a topic whose name
 * begins with {@value #KEPT} is kept, in memory, to be pulled.
 */
final class BrokerWithoutStore implements RequestHandler {

    static final String KEPT = "backlog";
    private static final String NAME = "without-store";

    private final InetSocketAddress address;
    private final Map<String, Integer> topics = new ConcurrentHashMap<>();
    private final Map<String, MessagesInMemory> queues = new ConcurrentHashMap<>();
    private final Set<String> clients = ConcurrentHashMap.newKeySet();

    BrokerWithoutStore(InetSocketAddress address) {
        this.address = address;
    }

    @Override
    public void handle(Command request, Reply reply) {
        switch (request.code()) {
            case RequestCode.SEND_MESSAGE_V2 -> reply.send(stored(request, reply));
            case RequestCode.PULL_MESSAGE, RequestCode.LITE_PULL_MESSAGE -> pull(request, reply);
            default -> reply.send(answer(request));
        }
    }

    private Command answer(Command request) {
        return switch (request.code()) {
            case RequestCode.GET_ROUTE_BY_TOPIC -> route(request.fields().getOrDefault("topic", ""));
            case RequestCode.UPDATE_AND_CREATE_TOPIC -> {
                CreateTopicRequest topic = CreateTopicRequest.read(request.fields());
                topics.put(topic.topic(), topic.writeQueues());
                yield Command.success();
            }
            case RequestCode.HEART_BEAT -> {
                Heartbeat heartbeat = JsonBodies.read(request.body(), Heartbeat.class);
                if (!heartbeat.consumers().isEmpty()) {
                    clients.add(heartbeat.clientId());
                }
                yield Command.success();
            }
            case RequestCode.UNREGISTER_CLIENT -> {
                clients.remove(request.fields().getOrDefault("clientID", ""));
                yield Command.success();
            }
            case RequestCode.GET_CONSUMER_LIST_BY_GROUP ->
                Command.success(Map.of(), JsonBodies.write(new ConsumerIds(List.copyOf(clients))));
            case RequestCode.QUERY_CONSUMER_OFFSET -> Command.success(Map.of("offset", "0"));
            case RequestCode.UPDATE_CONSUMER_OFFSET, RequestCode.CHECK_CLIENT_CONFIG -> Command.success();
            default ->
                Command.failure(
                        ResponseCode.REQUEST_CODE_NOT_SUPPORTED, "A broker without a store does not know this request");
        };
    }

    private Command route(String topic) {
        Integer count = topics.get(topic);
        if (count == null) {
            return Command.failure(ResponseCode.TOPIC_NOT_EXIST, "There is no topic " + topic);
        }
        String here = address.getHostString() + ":" + address.getPort();
        return Command.success(
                Map.of(),
                JsonBodies.write(new TopicRoute(
                        List.of(new BrokerAddresses("ceiling", NAME, Map.of(BrokerAddresses.MASTER_ID, here))),
                        List.of(new QueueAccess(NAME, count, count, Permission.READ_WRITE, 0)))));
    }

    private Command stored(Command command, Reply reply) {
        SendMessageRequest request = SendMessageRequest.readV2(command.fields());
        MessagesInMemory queue = queue(request.topic(), request.queueId());
        long offset = request.topic().startsWith(KEPT)
                ? queue.add(MessageLayout.encode(message(request, command, queue.max(), reply)))
                : queue.count();
        return Command.success(new SendMessageResponse(
                        MessageIds.offsetMessageId(address, offset), request.queueId(), offset, null, null)
                .fields());
    }

    private StoredMessage message(SendMessageRequest request, Command command, long offset, Reply reply) {
        return new StoredMessage(
                request.topic(),
                request.queueId(),
                offset,
                offset,
                request.flag(),
                request.systemFlag(),
                request.bornTimestamp(),
                reply.connection().remoteAddress(),
                request.bornTimestamp(),
                address,
                0,
                0,
                MessageProperties.decode(request.properties()),
                command.body().toByteArray());
    }

    private void pull(Command command, Reply reply) {
        PullMessageRequest request = PullMessageRequest.read(command.fields());
        MessagesInMemory queue = queue(request.topic(), request.queueId());
        int count = queue.countFrom(request.queueOffset(), request.maxMessages());
        long next = request.queueOffset() + count;
        Map<String, String> fields = new PullMessageResponse(0, next, 0, queue.max()).fields();
        if (count == 0) {
            reply.send(Command.response(ResponseCode.PULL_NOT_FOUND, "NO_NEW_MSG", fields, Body.EMPTY));
            return;
        }
        Body body = reply.allocate(queue.bytes(request.queueOffset(), count));
        queue.copy(request.queueOffset(), count, body);
        reply.send(Command.response(ResponseCode.SUCCESS, "FOUND", fields, body));
    }

    private MessagesInMemory queue(String topic, int queueId) {
        return queues.computeIfAbsent(topic + "/" + queueId, key -> new MessagesInMemory());
    }
}
