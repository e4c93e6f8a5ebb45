package io.reliablemq.broker.request;

import io.reliablemq.broker.delivery.MessageCopies;
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
    private final MessageCopies copies;
    private final MessageStore store;

    public SendMessageHandler(
            SendTopics topics,
            IncomingMessages incoming,
            SendBatchHandler batches,
            ConsumerRetries retries,
            MessageCopies copies,
            MessageStore store) {
        this.topics = topics;
        this.incoming = incoming;
        this.batches = batches;
        this.retries = retries;
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
        StoredMessage stored = delayLevel > 0 ? copies.parked(message, delayLevel) : message;
        store.append(
                stored,
                MessageStore.NO_ORIGIN,
                result -> reply.send(StoreAnswers.answer(
                        result,
                        result.status().isStored()
                                ? incoming.answerFields(
                                        message.queueId(), result, message.property(PropertyNames.UNIQUE_ID))
                                : java.util.Map.of())));
    }
}
