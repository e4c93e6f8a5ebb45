package io.reliablemq.broker.request;

import io.reliablemq.broker.delivery.MessageCopies;
import io.reliablemq.broker.store.AppendListener;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.topic.TopicWaiter;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.message.Names;
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
    private final EarlierSends earlier;
    private final MessageStore store;

    public SendMessageHandler(
            SendTopics topics,
            IncomingMessages incoming,
            SendBatchHandler batches,
            ConsumerRetries retries,
            DeliveryTimes times,
            MessageCopies copies,
            EarlierSends earlier,
            MessageStore store) {
        this.topics = topics;
        this.incoming = incoming;
        this.batches = batches;
        this.retries = retries;
        this.times = times;
        this.copies = copies;
        this.earlier = earlier;
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
        Storing storing = storing(message);
        if (request.maybeStored()) {
            earlier.find(storing.message(), reply, new EarlierSends.Next() {
                @Override
                public void held(EarlierSends.Held held) {
                    answer(reply, held.result(), result -> storing.answer().fields(held.first(), result));
                }

                @Override
                public void unknown() {
                    append(storing, reply);
                }
            });
        } else {
            append(storing, reply);
        }
    }

    /**
     * A message as it is to be stored.
     *
     * @param answer header of the answer
     */
    private record Storing(StoredMessage message, Answer answer) {}

    /** Header of the answer to a message that is in the log. */
    @FunctionalInterface
    private interface Answer {
        Map<String, String> fields(StoredMessage stored, AppendResult result);
    }

    private Storing storing(StoredMessage message) {
        int delayLevel = IncomingMessages.delayLevel(message.properties());
        // A level counts for more than a time, by the protocol.
        OptionalLong due = delayLevel > 0 ? OptionalLong.empty() : times.due(message.properties());
        if (due.isPresent()) {
            return new Storing(copies.parkedUntil(message, due.getAsLong()), incoming::timerFields);
        }
        return delayLevel > 0
                ? new Storing(copies.parked(message, delayLevel), incoming::parkedFields)
                : new Storing(message, incoming::plainFields);
    }

    private void append(Storing storing, Reply reply) {
        StoredMessage message = storing.message();
        AppendListener answering =
                result -> answer(reply, result, stored -> storing.answer().fields(message, stored));
        store.append(
                message,
                MessageStore.NO_ORIGIN,
                earlier.noted(message, answering),
                reply.connection()::afterRead);
    }

    private static void answer(Reply reply, AppendResult result, Function<AppendResult, Map<String, String>> fields) {
        reply.send(StoreAnswers.answer(result, result.status().isStored() ? fields.apply(result) : Map.of()));
    }
}
