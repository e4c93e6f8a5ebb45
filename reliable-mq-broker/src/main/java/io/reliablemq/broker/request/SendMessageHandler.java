package io.reliablemq.broker.request;

import io.reliablemq.broker.delivery.MessageCopies;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.topic.TopicWaiter;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.route.TopicSettings;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Takes single messages: SEND_MESSAGE in both versions. Batches are handed to {@link SendBatchHandler}, whatever code
 * they come with.
 *
 * <p>The answer is given by the store's thread, once the message is as safe as the policy asks.
 */
public final class SendMessageHandler implements RequestHandler {

    private final SendTopics topics;
    private final IncomingMessages incoming;
    private final SendBatchHandler batches;
    private final ConsumerRetries retries;
    private final DeliveryTimes times;
    private final MessageCopies copies;
    private final MessageStore store;

    public SendMessageHandler(
            SendTopics topics,
            IncomingMessages incoming,
            SendBatchHandler batches,
            ConsumerRetries retries,
            DeliveryTimes times,
            MessageCopies copies,
            MessageStore store) {
        this.topics = topics;
        this.incoming = incoming;
        this.batches = batches;
        this.retries = retries;
        this.times = times;
        this.copies = copies;
        this.store = store;
    }

    @Override
    public void handle(Command command, Reply reply) {
        SendMessageRequest request = command.code() == RequestCode.SEND_MESSAGE
                ? SendMessageRequest.readV1(command.fields())
                : SendMessageRequest.readV2(command.fields());
        RequestHandlerStep step = request.batch()
                ? topic -> batches.store(request, command.body(), topic, reply)
                : topic -> store(request, command, topic, reply);
        topics.find(request, new TopicWaiter() {
            @Override
            public void ready(TopicSettings topic) {
                Answering.run(reply, () -> step.run(topic));
            }

            @Override
            public void failed(String reason) {
                reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, reason));
            }
        });
    }

    @FunctionalInterface
    private interface RequestHandlerStep {
        void run(TopicSettings topic);
    }

    private void store(SendMessageRequest request, Command command, TopicSettings topic, Reply reply) {
        StoredMessage message = incoming.message(request, command.body(), topic, reply.connection());
        if (Names.isRetryTopic(topic.topic()) && retries.isExhausted(request, topic.topic())) {
            retries.deadLetter(message, topic.topic(), reply, incoming);
            return;
        }
        int delayLevel = IncomingMessages.delayLevel(message.properties());
        // A level counts for more than a time, by the protocol.
        OptionalLong due = delayLevel > 0 ? OptionalLong.empty() : times.due(message.properties());
        if (due.isPresent()) {
            long dueMs = due.getAsLong();
            store(copies.parkedUntil(message, dueMs), reply, result -> incoming.timerFields(message, dueMs, result));
        } else {
            StoredMessage stored = delayLevel > 0 ? copies.parked(message, delayLevel) : message;
            String uniqueId = message.property(PropertyNames.UNIQUE_ID);
            store(stored, reply, result -> incoming.answerFields(message.queueId(), result, uniqueId));
        }
    }

    private void store(StoredMessage message, Reply reply, Function<AppendResult, Map<String, String>> fields) {
        store.append(
                message,
                MessageStore.NO_ORIGIN,
                result -> reply.send(
                        StoreAnswers.answer(result, result.status().isStored() ? fields.apply(result) : Map.of())),
                reply.connection()::afterRead);
    }
}
