package io.reliablemq.client.producer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.NoReplyException;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.route.PublishRoute;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.route.BrokerAddresses;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Request and reply over two topics. Thread-safe.
 *
 * <p>A reply goes to any broker of the cluster that the request came from, and that broker hands it to the connection of
 * whoever asked. So before the first request to a topic, all brokers that may be meant are told who this client is.
 */
final class Questions {

    private static final String REPLY = "reply";

    private final SendContext context;
    private final SendOrders orders;
    private final Sends sends;
    private final Map<String, CompletableFuture<Void>> introduced = new ConcurrentHashMap<>();

    /** What waits for a reply. */
    private final Set<CompletableFuture<ReceivedMessage>> open = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    Questions(SendContext context, SendOrders orders, Sends sends) {
        this.context = context;
        this.orders = orders;
        this.sends = sends;
    }

    ReceivedMessage ask(Message message, Duration timeout) {
        try {
            return askAsync(message, timeout).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof NoReplyException || e.getCause() instanceof SendFailedException) {
                RuntimeException failed = (RuntimeException) e.getCause();
                failed.setStackTrace(Thread.currentThread().getStackTrace());
                throw failed;
            }
            throw new IllegalStateException("The request ended in an error: " + e.getCause(), e.getCause());
        }
    }

    CompletableFuture<ReceivedMessage> askAsync(Message message, Duration timeout) {
        sends.requireOpen();
        String correlationId = UUID.randomUUID().toString();
        SendOrder order = orders.synchronous(message.withProperty(PropertyNames.CORRELATION_ID, correlationId)
                .withProperty(
                        PropertyNames.REPLY_TO_CLIENT, context.heartbeats().clientId())
                .withProperty(PropertyNames.TIME_TO_LIVE, Long.toString(timeout.toMillis())));
        CompletableFuture<ReceivedMessage> result = new CompletableFuture<>();
        CompletableFuture<ReceivedMessage> reply = context.replies().await(correlationId);
        open.add(reply);
        reply.whenComplete((received, error) -> {
            open.remove(reply);
            context.callbacks().execute(() -> end(result, received, error));
        });
        if (closed) {
            // Whoever closes may have ended the others already.
            endUnanswered(reply);
        }
        sends.sendAsync(order, Sends.OnFailure.THROW, introduced(order.topic())).whenComplete((receipt, error) -> {
            if (error == null) {
                noReplyAfter(timeout, receipt, reply);
            } else {
                reply.completeExceptionally(Causes.of(error));
            }
        });
        return result.whenComplete((received, error) -> context.replies().forget(correlationId));
    }

    /** Nobody brings replies any more, or tells that it is too late for one. */
    void close() {
        closed = true;
        open.forEach(Questions::endUnanswered);
    }

    private static void endUnanswered(CompletableFuture<ReceivedMessage> reply) {
        reply.completeExceptionally(new IllegalStateException("the producer was closed before the reply came"));
    }

    private static void end(
            CompletableFuture<ReceivedMessage> result, @Nullable ReceivedMessage received, @Nullable Throwable error) {
        if (error == null) {
            result.complete(received);
        } else {
            result.completeExceptionally(error);
        }
    }

    private void noReplyAfter(Duration timeout, SendReceipt receipt, CompletableFuture<ReceivedMessage> reply) {
        TaskLoop.Timer timer = context.loop()
                .schedule(
                        timeout,
                        () -> reply.completeExceptionally(new NoReplyException(
                                "No reply to the request " + receipt.messageId() + " came within " + timeout.toMillis()
                                        + " ms",
                                receipt)));
        reply.whenComplete((received, error) -> timer.cancel());
    }

    /** Completes when the brokers know this client, as far as they can be reached; exceptionally if none is found in time. */
    private CompletableFuture<Void> introduced(String topic) {
        CompletableFuture<Void> before = introduced.get(topic);
        if (before != null && before.isCompletedExceptionally()) {
            introduced.remove(topic, before);
        }
        return introduced.computeIfAbsent(topic, this::introduce);
    }

    private CompletableFuture<Void> introduce(String topic) {
        return sends.route(topic)
                .thenCompose(this::replyRoutes)
                .thenCompose(known -> context.heartbeats().sendToAll());
    }

    private CompletableFuture<Void> replyRoutes(PublishRoute published) {
        List<CompletableFuture<@Nullable PublishRoute>> routes = published.route().brokers().stream()
                .map(BrokerAddresses::cluster)
                .distinct()
                .map(cluster ->
                        context.routes().publishRoute(Names.replyTopic(cluster)).handle((route, error) -> route))
                .toList();
        return CompletableFuture.allOf(routes.toArray(CompletableFuture[]::new));
    }

    /** @throws IllegalArgumentException if the message is no request */
    SendReceipt reply(ReceivedMessage request, byte[] body, Duration timeout) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (String name :
                List.of(PropertyNames.CORRELATION_ID, PropertyNames.REPLY_TO_CLIENT, PropertyNames.TIME_TO_LIVE)) {
            properties.put(name, required(request, name));
        }
        properties.put(PropertyNames.MESSAGE_TYPE, REPLY);
        String topic = Names.replyTopic(required(request, PropertyNames.CLUSTER));
        return sends.send(orders.reply(new Message(topic, 0, properties, body)), timeout, Sends.OnFailure.THROW);
    }

    private static String required(ReceivedMessage request, String property) {
        String value = request.property(property);
        if (value == null) {
            throw new IllegalArgumentException("The message " + request.messageId()
                    + " is no request that waits for a reply: it has no property " + property);
        }
        return value;
    }
}
