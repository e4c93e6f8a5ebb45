package io.reliablemq.broker;

import io.reliablemq.protocol.body.Heartbeat;
import io.reliablemq.protocol.body.Heartbeat.ConsumerEntry;
import io.reliablemq.protocol.body.Heartbeat.SubscriptionEntry;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.PullFlags;
import io.reliablemq.protocol.header.PullMessageRequest;
import io.reliablemq.protocol.header.SendMessageBackRequest;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.header.TopicRequest;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.TransportSettings;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** Speaks to brokers and name servers in plain commands, over connections of its own. */
final class WireClient implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    final BlockingQueue<Command> fromBroker = new LinkedBlockingQueue<>();
    private final EventLoops loops = EventLoops.create("test-io", 1);
    private final RemotingClient client =
            new RemotingClient(loops, TransportSettings.defaults().withIoThreads(1), (request, reply) -> {
                fromBroker.add(request);
                reply.send(Command.success());
            });

    CompletableFuture<Command> ask(InetSocketAddress address, Command request) {
        return client.invoke(address.getHostString() + ":" + address.getPort(), request, TIMEOUT);
    }

    Command answer(InetSocketAddress address, Command request) {
        return ask(address, request).join();
    }

    Command send(InetSocketAddress broker, String topic, int queueId, String body, Map<String, String> properties) {
        return send(broker, topic, queueId, body, properties, 0, false);
    }

    Command send(
            InetSocketAddress broker,
            String topic,
            int queueId,
            String body,
            Map<String, String> properties,
            int systemFlag,
            boolean maybeStored) {
        SendMessageRequest header = new SendMessageRequest(
                "producers",
                topic,
                "TBW102",
                4,
                queueId,
                systemFlag,
                1,
                0,
                MessageProperties.encode(properties),
                0,
                -1,
                false,
                null,
                maybeStored);
        return answer(broker, Command.request(RequestCode.SEND_MESSAGE_V2, header.fieldsV2(), Body.ofUtf8(body)));
    }

    CompletableFuture<Command> pull(
            InetSocketAddress broker,
            String group,
            String topic,
            int queueId,
            long offset,
            Duration wait,
            String tags) {
        PullMessageRequest header = new PullMessageRequest(
                group,
                topic,
                queueId,
                offset,
                32,
                PullFlags.SUBSCRIPTION | (wait.isZero() ? 0 : PullFlags.SUSPEND),
                0,
                wait.toMillis(),
                tags,
                0,
                "TAG",
                1024 * 1024);
        return ask(broker, Command.request(RequestCode.PULL_MESSAGE, header.fields()));
    }

    /** Everything in the queue from the offset on, as far as one pull gives it. */
    List<StoredMessage> messages(InetSocketAddress broker, String topic, int queueId, long offset) {
        Command answer = pull(broker, "readers", topic, queueId, offset, Duration.ZERO, "*")
                .join();
        return MessageLayout.decodeAll(answer.body().buffer());
    }

    /** The bodies of all messages of a queue, in their order. */
    List<String> texts(InetSocketAddress broker, String topic, int queueId) {
        List<String> texts = new ArrayList<>();
        List<StoredMessage> messages = messages(broker, topic, queueId, 0);
        while (!messages.isEmpty()) {
            messages.forEach(message -> texts.add(text(message)));
            messages = messages(
                    broker, topic, queueId, messages.get(messages.size() - 1).queueOffset() + 1);
        }
        return texts;
    }

    Command sendBack(InetSocketAddress broker, StoredMessage message, String group, int level, int maxTimes) {
        SendMessageBackRequest header = new SendMessageBackRequest(
                message.position(), group, level, message.property("UNIQ_KEY"), message.topic(), maxTimes);
        return answer(broker, Command.request(RequestCode.CONSUMER_SEND_MESSAGE_BACK, header.fields()));
    }

    Command heartbeat(InetSocketAddress broker, String clientId, String group, String topic, String tag, long version) {
        Set<String> tags = tag.equals("*") ? Set.of() : Set.of(tag);
        Set<Integer> codes = tag.equals("*") ? Set.of() : Set.of(tag.hashCode());
        SubscriptionEntry subscription = new SubscriptionEntry(topic, tag, tags, codes, version, "TAG", false);
        ConsumerEntry consumer = new ConsumerEntry(
                group, "CONSUME_PASSIVELY", "CLUSTERING", "CONSUME_FROM_LAST_OFFSET", List.of(subscription), false);
        return answer(
                broker,
                Command.request(
                        RequestCode.HEART_BEAT,
                        Map.of(),
                        JsonBodies.write(new Heartbeat(clientId, List.of(), List.of(consumer)))));
    }

    Command route(InetSocketAddress nameServer, String topic) {
        return answer(nameServer, Command.request(RequestCode.GET_ROUTE_BY_TOPIC, new TopicRequest(topic).fields()));
    }

    static String text(StoredMessage message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        client.close();
        loops.close();
    }
}
