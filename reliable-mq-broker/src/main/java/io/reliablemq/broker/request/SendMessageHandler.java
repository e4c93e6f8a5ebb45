package io.reliablemq.broker.request;

import io.reliablemq.broker.request.Placement.Placed;
import io.reliablemq.broker.store.AppendListener;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.transaction.HalfMessage;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.message.SystemFlag;
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
    private final Placement placement;
    private final EarlierSends earlier;
    private final MessageStore store;

    public SendMessageHandler(
            SendTopics topics,
            IncomingMessages incoming,
            SendBatchHandler batches,
            ConsumerRetries retries,
            Placement placement,
            EarlierSends earlier,
            MessageStore store) {
        this.topics = topics;
        this.incoming = incoming;
        this.batches = batches;
        this.retries = retries;
        this.placement = placement;
        this.earlier = earlier;
        this.store = store;
    }

    @Override
    public void handle(Command command, Reply reply) {
        SendMessageRequest request = command.code() == RequestCode.SEND_MESSAGE
                ? SendMessageRequest.readV1(command.fields())
                : SendMessageRequest.readV2(command.fields());
        topics.find(
                request,
                reply,
                request.batch()
                        ? topic -> batches.store(request, command.body(), topic, reply)
                        : topic -> store(request, command, topic, reply));
    }

    private void store(SendMessageRequest request, Command command, TopicSettings topic, Reply reply) {
        StoredMessage message = incoming.message(request, command.body(), topic, reply.connection());
        if (Names.isRetryTopic(topic.topic()) && retries.isExhausted(request, topic.topic())) {
            retries.deadLetter(
                    message,
                    topic.topic(),
                    reply,
                    dead -> store(request, new Placed(dead, incoming::plainFields), reply));
            return;
        }
        Placed placed = placement.of(message);
        if (isHalf(request, message)) {
            // Where it goes is decided again when it is committed; that it may go there is known now.
            placed = new Placed(HalfMessage.of(message, request.producerGroup()), incoming::parkedFields);
        }
        store(request, placed, reply);
    }

    private void store(SendMessageRequest request, Placed placed, Reply reply) {
        if (request.maybeStored()) {
            findThenStore(placed, reply);
        } else {
            append(placed, reply);
        }
    }

    private static boolean isHalf(SendMessageRequest request, StoredMessage message) {
        return (request.systemFlag() & SystemFlag.TRANSACTION_BITS) == SystemFlag.TRANSACTION_PREPARED
                || Boolean.parseBoolean(message.property(PropertyNames.TRANSACTION_PREPARED));
    }

    private void findThenStore(Placed placed, Reply reply) {
        earlier.find(placed.message(), reply, new EarlierSends.Next() {
            @Override
            public void held(EarlierSends.Held held) {
                reply.send(
                        StoreAnswers.answer(held.result(), () -> placed.answer().fields(held.first(), held.result())));
            }

            @Override
            public void unknown() {
                append(placed, reply);
            }
        });
    }

    private void append(Placed placed, Reply reply) {
        StoredMessage message = placed.message();
        AppendListener answering = result ->
                reply.send(StoreAnswers.answer(result, () -> placed.answer().fields(message, result)));
        store.append(message, MessageStore.NO_ORIGIN, earlier.noted(message, answering), reply.connection()::afterRead);
    }
}
