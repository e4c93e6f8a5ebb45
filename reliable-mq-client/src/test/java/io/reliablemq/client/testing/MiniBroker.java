package io.reliablemq.client.testing;

import io.reliablemq.protocol.body.ConsumerIds;
import io.reliablemq.protocol.body.Heartbeat;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.QueueLock;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.ConsumerGroupRequest;
import io.reliablemq.protocol.header.OffsetResponse;
import io.reliablemq.protocol.header.PullFlags;
import io.reliablemq.protocol.header.PullMessageRequest;
import io.reliablemq.protocol.header.PullMessageResponse;
import io.reliablemq.protocol.header.QueryConsumerOffsetRequest;
import io.reliablemq.protocol.header.QueueRequest;
import io.reliablemq.protocol.header.SearchOffsetRequest;
import io.reliablemq.protocol.header.SendMessageBackRequest;
import io.reliablemq.protocol.header.UnregisterClientRequest;
import io.reliablemq.protocol.header.UpdateConsumerOffsetRequest;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A broker in memory for consumers: queues, held pulls, group members with notices, offsets, send back to the retry
 * topic. What it holds outlives {@link #kill()}. Every method takes the monitor; tests change single answers with
 * {@link #server()}.
 */
public final class MiniBroker implements AutoCloseable {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 1);

    private final ScriptedServer server;
    private final Map<String, List<StoredMessage>> queues = new HashMap<>();
    private final Map<Long, StoredMessage> byPosition = new HashMap<>();
    private final Map<String, Long> offsets = new HashMap<>();
    private final Map<String, Map<String, Connection>> groups = new HashMap<>();
    private final Map<String, List<Held>> held = new HashMap<>();
    private final Map<String, String> locks = new HashMap<>();
    private long position = 1_000;

    private record Held(PullMessageRequest request, Reply reply) {}

    public MiniBroker(EventLoops loops) {
        server = new ScriptedServer(loops)
                .on(RequestCode.HEART_BEAT, this::heartbeat)
                .on(RequestCode.UNREGISTER_CLIENT, this::unregister)
                .on(RequestCode.GET_CONSUMER_LIST_BY_GROUP, this::members)
                .on(RequestCode.QUERY_CONSUMER_OFFSET, this::queryOffset)
                .on(RequestCode.UPDATE_CONSUMER_OFFSET, this::updateOffset)
                .on(
                        RequestCode.GET_MIN_OFFSET,
                        (request, reply) -> reply.send(Command.success(new OffsetResponse(0).fields())))
                .on(RequestCode.GET_MAX_OFFSET, this::maxOffset)
                .on(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, this::searchOffset)
                .on(RequestCode.LOCK_BATCH_QUEUES, this::lock)
                .on(RequestCode.UNLOCK_BATCH_QUEUES, this::unlock)
                .on(RequestCode.PULL_MESSAGE, this::pull)
                .on(RequestCode.CONSUMER_SEND_MESSAGE_BACK, this::sendBack);
    }

    public ScriptedServer server() {
        return server;
    }

    public String address() {
        return server.address();
    }

    /** Puts a message into a queue and hands it to whoever waits for it. */
    public synchronized StoredMessage put(String topic, int queueId, String tag, byte[] body) {
        return put(topic, queueId, message -> message, Map.of(PropertyNames.TAGS, tag), body, 0);
    }

    public synchronized StoredMessage put(
            String topic,
            int queueId,
            UnaryOperator<StoredMessage> change,
            Map<String, String> properties,
            byte[] body,
            int reconsumeTimes) {
        List<StoredMessage> queue = queues.computeIfAbsent(key(topic, queueId), key -> new ArrayList<>());
        Map<String, String> all = new LinkedHashMap<>(properties);
        all.putIfAbsent(PropertyNames.UNIQUE_ID, "ID-" + topic + "-" + queueId + "-" + queue.size());
        StoredMessage message = change.apply(new StoredMessage(
                topic, queueId, queue.size(), position, 0, 0, 5, HOST, 6, HOST, reconsumeTimes, 0, all, body));
        position += 500;
        queue.add(message);
        byPosition.put(message.position(), message);
        List<Held> waiting = held.remove(key(topic, queueId));
        if (waiting != null) {
            waiting.forEach(pull -> answer(pull.request(), pull.reply()));
        }
        return message;
    }

    /** The group's offset, or -1. */
    public synchronized long offset(String group, String topic, int queueId) {
        return offsets.getOrDefault(group + "@" + key(topic, queueId), -1L);
    }

    public synchronized void setOffset(String group, String topic, int queueId, long offset) {
        offsets.put(group + "@" + key(topic, queueId), offset);
    }

    public synchronized List<String> memberIds(String group) {
        return List.copyOf(groups.getOrDefault(group, Map.of()).keySet());
    }

    /** The connection of one member of the group. */
    public synchronized Connection connection(String group) {
        return groups.get(group).values().iterator().next();
    }

    /** Ends all connections and forgets who is there, as a process that is killed does. */
    public void kill() {
        server.stop();
        synchronized (this) {
            groups.clear();
            held.clear();
        }
    }

    public void restart() {
        server.restart();
    }

    private static String key(String topic, int queueId) {
        return topic + ":" + queueId;
    }

    private synchronized void heartbeat(Command request, Reply reply) {
        Heartbeat heartbeat = JsonBodies.read(request.body(), Heartbeat.class);
        for (Heartbeat.ConsumerEntry entry : heartbeat.consumers()) {
            Map<String, Connection> members = groups.computeIfAbsent(entry.group(), group -> new TreeMap<>());
            if (members.put(heartbeat.clientId(), reply.connection()) != reply.connection()) {
                notify(entry.group());
            }
        }
        reply.send(Command.success());
    }

    private synchronized void unregister(Command request, Reply reply) {
        UnregisterClientRequest header = UnregisterClientRequest.read(request.fields());
        String group = header.consumerGroup();
        if (group != null && groups.containsKey(group)) {
            groups.get(group).remove(header.clientId());
            notify(group);
        }
        reply.send(Command.success());
    }

    private void notify(String group) {
        Command notice = Command.request(
                        RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, new ConsumerGroupRequest(group).fields())
                .asOneWay();
        groups.get(group).values().forEach(member -> member.sendOneWay(notice));
    }

    private synchronized void members(Command request, Reply reply) {
        String group = ConsumerGroupRequest.read(request.fields()).consumerGroup();
        List<String> ids = memberIds(group);
        reply.send(
                ids.isEmpty()
                        ? Command.failure(ResponseCode.SYSTEM_ERROR, "nobody there")
                        : Command.success(Map.of(), JsonBodies.write(new ConsumerIds(ids))));
    }

    private synchronized void queryOffset(Command request, Reply reply) {
        QueryConsumerOffsetRequest header = QueryConsumerOffsetRequest.read(request.fields());
        long offset = offset(header.consumerGroup(), header.topic(), header.queueId());
        reply.send(
                offset < 0
                        ? Command.failure(ResponseCode.QUERY_NOT_FOUND, "no offset")
                        : Command.success(new OffsetResponse(offset).fields()));
    }

    private synchronized void updateOffset(Command request, Reply reply) {
        UpdateConsumerOffsetRequest header = UpdateConsumerOffsetRequest.read(request.fields());
        setOffset(header.consumerGroup(), header.topic(), header.queueId(), header.commitOffset());
        reply.send(Command.success());
    }

    private synchronized void maxOffset(Command request, Reply reply) {
        QueueRequest header = QueueRequest.read(request.fields());
        int size = queues.getOrDefault(key(header.topic(), header.queueId()), List.of())
                .size();
        reply.send(Command.success(new OffsetResponse(size).fields()));
    }

    private synchronized void searchOffset(Command request, Reply reply) {
        SearchOffsetRequest header = SearchOffsetRequest.read(request.fields());
        long older = messages(header.topic(), header.queueId()).stream()
                .takeWhile(message -> message.storeTimestamp() < header.timestamp())
                .count();
        reply.send(Command.success(new OffsetResponse(older).fields()));
    }

    private synchronized void lock(Command command, Reply reply) {
        QueueLock.Request request = JsonBodies.read(command.body(), QueueLock.Request.class);
        List<QueueLock.Queue> locked = request.queues().stream()
                .filter(queue -> locks.computeIfAbsent(lockName(request.group(), queue), key -> request.clientId())
                        .equals(request.clientId()))
                .toList();
        reply.send(Command.success(Map.of(), JsonBodies.write(new QueueLock.Response(locked))));
    }

    private synchronized void unlock(Command command, Reply reply) {
        QueueLock.Request request = JsonBodies.read(command.body(), QueueLock.Request.class);
        request.queues().forEach(queue -> locks.remove(lockName(request.group(), queue), request.clientId()));
        reply.send(Command.success());
    }

    private static String lockName(String group, QueueLock.Queue queue) {
        return group + "@" + key(queue.topic(), queue.queueId());
    }

    /** Who holds the lock; null if nobody does. */
    public synchronized @Nullable String lockHolder(String group, String topic, int queueId) {
        return locks.get(group + "@" + key(topic, queueId));
    }

    /** Gives the lock to somebody else, as a broker does whose lock has run out. */
    public synchronized void lockFor(String clientId, String group, String topic, int queueId) {
        locks.put(group + "@" + key(topic, queueId), clientId);
    }

    /** The lock of whoever had it has run out. */
    public synchronized void freeLock(String group, String topic, int queueId) {
        locks.remove(group + "@" + key(topic, queueId));
    }

    private synchronized void pull(Command command, Reply reply) {
        PullMessageRequest request = PullMessageRequest.read(command.fields());
        if (!groups.containsKey(request.consumerGroup()) && (request.systemFlag() & PullFlags.SUBSCRIPTION) == 0) {
            reply.send(Command.failure(ResponseCode.SUBSCRIPTION_NOT_EXIST, "who are you"));
            return;
        }
        if ((request.systemFlag() & PullFlags.COMMIT_OFFSET) != 0) {
            setOffset(request.consumerGroup(), request.topic(), request.queueId(), request.commitOffset());
        }
        answer(request, reply);
    }

    private void answer(PullMessageRequest request, Reply reply) {
        String key = key(request.topic(), request.queueId());
        List<StoredMessage> queue = queues.getOrDefault(key, List.of());
        int from = (int) request.queueOffset();
        if (from > queue.size()) {
            reply.send(Command.response(
                    ResponseCode.PULL_OFFSET_MOVED,
                    null,
                    new PullMessageResponse(0, queue.size(), 0, queue.size()).fields(),
                    Body.EMPTY));
        } else if (from == queue.size()) {
            held.computeIfAbsent(key, any -> new ArrayList<>()).add(new Held(request, reply));
        } else {
            int to = Math.min(queue.size(), from + request.maxMessages());
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            queue.subList(from, to).forEach(message -> body.writeBytes(MessageLayout.encode(message)));
            reply.send(Command.success(
                    new PullMessageResponse(0, to, 0, queue.size()).fields(), Body.of(body.toByteArray())));
        }
    }

    private synchronized void sendBack(Command request, Reply reply) {
        SendMessageBackRequest header = SendMessageBackRequest.read(request.fields());
        StoredMessage failed = byPosition.get(header.position());
        if (failed == null) {
            reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, "no message at " + header.position()));
            return;
        }
        boolean dead = header.delayLevel() < 0 || failed.reconsumeTimes() >= header.maxReconsumeTimes();
        String topic = dead ? Names.deadLetterTopic(header.group()) : Names.retryTopic(header.group());
        Map<String, String> properties = new LinkedHashMap<>(failed.properties());
        properties.putIfAbsent(PropertyNames.RETRY_TOPIC, failed.topic());
        put(topic, 0, message -> message, properties, failed.body(), failed.reconsumeTimes() + 1);
        reply.send(Command.success());
    }

    /** Answers the next requests of that code with the given handler, until it says that it is done. */
    public void intercept(int code, RequestHandler handler) {
        server.on(code, handler);
    }

    /** Answers the first pull of that topic with the given handler, and all others as it should. */
    public void breakFirstPull(String topic, RequestHandler handler) {
        breakFirstPull(
                request -> PullMessageRequest.read(request.fields()).topic().equals(topic), handler);
    }

    /** Answers the first of those pulls with the given handler, and all others as it should. */
    public void breakFirstPull(Predicate<Command> wanted, RequestHandler handler) {
        AtomicBoolean broken = new AtomicBoolean();
        server.on(RequestCode.PULL_MESSAGE, (request, reply) -> {
            if (wanted.test(request) && broken.compareAndSet(false, true)) {
                handler.handle(request, reply);
            } else {
                pull(request, reply);
            }
        });
    }

    /** Back to taking messages back as it should. */
    public void takeMessagesBack() {
        server.on(RequestCode.CONSUMER_SEND_MESSAGE_BACK, this::sendBack);
    }

    /** What is in a queue. */
    public synchronized List<StoredMessage> messages(String topic, int queueId) {
        return List.copyOf(queues.getOrDefault(key(topic, queueId), List.of()));
    }

    @Override
    public void close() {
        server.close();
    }
}
