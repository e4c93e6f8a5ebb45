package io.reliablemq.broker.request;

import io.reliablemq.broker.store.AppendListener;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.message.BatchLayout;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.route.TopicSettings;
import io.reliablemq.protocol.transport.Reply;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Takes batches: their messages are stored one by one, with consecutive offsets in one queue, and answered together. The
 * inner messages keep the properties that their producer gave them and get no others.
 */
public final class SendBatchHandler {

    /** Small ones by the hundred thousand would take many times their size in the frame, on an event loop. */
    private static final int MAX_MESSAGES = 16_384;

    private final IncomingMessages incoming;
    private final EarlierSends earlier;
    private final MessageStore store;

    public SendBatchHandler(IncomingMessages incoming, EarlierSends earlier, MessageStore store) {
        this.incoming = incoming;
        this.earlier = earlier;
        this.store = store;
    }

    void store(SendMessageRequest request, Body body, TopicSettings topic, Reply reply) {
        if (Names.isRetryTopic(topic.topic())) {
            throw new RefusedException(ResponseCode.MESSAGE_ILLEGAL, "A batch must not go to a retry topic");
        }
        IncomingMessages.checkBody(body.size());
        int queueId = IncomingMessages.queueId(request, topic);
        List<BatchLayout.Entry> entries = BatchLayout.decode(body.toByteArray());
        if (entries.size() > MAX_MESSAGES) {
            throw new RefusedException(
                    ResponseCode.MESSAGE_ILLEGAL,
                    "A batch of " + entries.size() + " messages is too large; send at most " + MAX_MESSAGES);
        }
        List<StoredMessage> messages = entries.stream()
                .map(entry -> inner(request, topic, queueId, entry, reply))
                .toList();
        String uniqueId = MessageProperties.decode(request.properties()).get(PropertyNames.UNIQUE_ID);
        if (request.maybeStored()) {
            findThenStore(messages, uniqueId, reply);
        } else {
            append(messages, uniqueId, reply);
        }
    }

    /**
     * A batch is written as a whole, with consecutive offsets. So if its last message is held in the place that follows from the
     * place of its first one, all of it is; of one that a crash has torn, the end is missing.
     */
    private void findThenStore(List<StoredMessage> messages, @Nullable String uniqueId, Reply reply) {
        StoredMessage last = messages.get(messages.size() - 1);
        earlier.find(messages.get(0), reply, new EarlierSends.Next() {
            @Override
            public void held(EarlierSends.Held first) {
                if (!first.result().status().isStored()) {
                    reply.send(StoreAnswers.plain(first.result()));
                    return;
                }
                earlier.find(last, reply, new EarlierSends.Next() {
                    @Override
                    public void held(EarlierSends.Held end) {
                        AppendResult place = first.result();
                        AppendResult all = new AppendResult(
                                end.result().status(),
                                place.position(),
                                place.queueOffset(),
                                end.result().detail());
                        answer(first.first(), messages.size(), all, uniqueId, reply);
                    }

                    @Override
                    public void unknown() {
                        append(messages, uniqueId, reply);
                    }
                });
            }

            @Override
            public void unknown() {
                append(messages, uniqueId, reply);
            }
        });
    }

    private void append(List<StoredMessage> messages, @Nullable String uniqueId, Reply reply) {
        StoredMessage first = messages.get(0);
        StoredMessage last = messages.get(messages.size() - 1);
        AppendListener answering = result -> answer(first, messages.size(), result, uniqueId, reply);
        AppendListener noted = earlier.noted(first, answering);
        store.appendBatch(messages, last == first ? noted : earlier.noted(last, noted));
    }

    private void answer(StoredMessage first, int count, AppendResult result, @Nullable String uniqueId, Reply reply) {
        reply.send(StoreAnswers.answer(result, () -> {
            String ids = messageIds(new QueueKey(first.topic(), first.queueId()), result, count);
            return incoming.answerFields(ids, first.queueId(), result.queueOffset(), uniqueId, null);
        }));
    }

    private StoredMessage inner(
            SendMessageRequest request, TopicSettings topic, int queueId, BatchLayout.Entry entry, Reply reply) {
        IncomingMessages.checkBatch(request.systemFlag(), entry.properties());
        if (IncomingMessages.delayLevel(entry.properties()) > 0 || DeliveryTimes.isNamed(entry.properties())) {
            throw new RefusedException(
                    ResponseCode.MESSAGE_ILLEGAL, "Messages of a batch cannot be delayed; send them one by one");
        }
        return incoming.stored(
                request, topic, queueId, entry.flag(), entry.properties(), entry.body(), reply.connection());
    }

    /** All ids, as far as the store has indexed the batch when it is answered; at least the first one. */
    private String messageIds(QueueKey queue, AppendResult first, int count) {
        List<MessageStore.Entry> entries = first.queueOffset() + count <= store.maxOffset(queue)
                ? store.select(queue, first.queueOffset(), count, Integer.MAX_VALUE, tag -> true)
                        .entries()
                : List.of();
        if (entries.isEmpty()) {
            return incoming.messageId(first.position());
        }
        return entries.stream()
                .map(entry -> incoming.messageId(entry.position()))
                .collect(Collectors.joining(","));
    }
}
