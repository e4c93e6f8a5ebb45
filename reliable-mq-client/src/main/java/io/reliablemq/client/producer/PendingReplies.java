package io.reliablemq.client.producer;

import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.compression.BadCompressionException;
import io.reliablemq.client.compression.BodyFormat;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.PushReplyRequest;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Requests of this client that wait for their reply, by correlation id. Thread-safe. */
public final class PendingReplies implements RequestHandler {

    /** Many more than are answered while a broker that tells the replier of it takes its time. */
    private static final int REMEMBERED = 10_000;

    private final Map<String, CompletableFuture<ReceivedMessage>> waiting = new ConcurrentHashMap<>();

    /** Correlation ids whose reply came last. Guarded by itself. */
    private final Set<String> answered = Collections.newSetFromMap(new LinkedHashMap<>() {

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });

    /** The future is completed on an event loop. */
    CompletableFuture<ReceivedMessage> await(String correlationId) {
        CompletableFuture<ReceivedMessage> reply = new CompletableFuture<>();
        waiting.put(correlationId, reply);
        return reply;
    }

    void forget(String correlationId) {
        waiting.remove(correlationId);
    }

    /** A broker brings a reply. It is told whether somebody has waited for it, so that nobody takes it for delivered. */
    @Override
    public void handle(Command request, Reply answer) {
        PushReplyRequest pushed = PushReplyRequest.read(request.fields());
        Map<String, String> properties = MessageProperties.decode(pushed.send().properties());
        String correlationId = properties.getOrDefault(PropertyNames.CORRELATION_ID, "");
        CompletableFuture<ReceivedMessage> reply = waiting.remove(correlationId);
        if (reply == null) {
            answer.send(
                    isAnswered(correlationId)
                            ? Command.success()
                            : Command.failure(
                                    ResponseCode.SYSTEM_ERROR,
                                    "Nobody waits any more for the reply to " + correlationId));
            return;
        }
        synchronized (answered) {
            answered.add(correlationId);
        }
        try {
            reply.complete(message(pushed, properties, request.body().toByteArray()));
        } catch (BadCompressionException e) {
            reply.completeExceptionally(new IllegalStateException("The reply cannot be read: " + e.getMessage(), e));
        }
        answer.send(Command.success());
    }

    /** A replier whose broker could not tell it in time brings the same reply again. */
    private boolean isAnswered(String correlationId) {
        synchronized (answered) {
            return answered.contains(correlationId);
        }
    }

    private static ReceivedMessage message(PushReplyRequest pushed, Map<String, String> properties, byte[] body)
            throws BadCompressionException {
        SendMessageRequest send = pushed.send();
        return new ReceivedMessage(
                send.topic(),
                properties.getOrDefault(PropertyNames.UNIQUE_ID, ""),
                "",
                send.brokerName() == null ? "" : send.brokerName(),
                send.queueId(),
                -1,
                send.reconsumeTimes(),
                Instant.ofEpochMilli(send.bornTimestamp()),
                Instant.ofEpochMilli(pushed.storeTimestamp()),
                send.flag(),
                Collections.unmodifiableMap(properties),
                BodyFormat.inflate(send.systemFlag(), body));
    }
}
