package io.reliablemq.broker.request;

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
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Takes batches: their messages are stored one by one, with consecutive offsets in one queue, and answered together. The
 * inner messages keep the properties that their producer gave them and get no others.
 */
public final class SendBatchHandler {

    private final IncomingMessages incoming;
    private final MessageStore store;

    public SendBatchHandler(IncomingMessages incoming, MessageStore store) {
        this.incoming = incoming;
        this.store = store;
    }

    void store(SendMessageRequest request, Body body, TopicSettings topic, Reply reply) {
        if (Names.isRetryTopic(topic.topic())) {
            throw new RefusedException(ResponseCode.MESSAGE_ILLEGAL, "A batch must not go to a retry topic");
        }
        IncomingMessages.checkBody(body.size());
        int queueId = IncomingMessages.queueId(request, topic);
        List<StoredMessage> messages = BatchLayout.decode(body.toByteArray()).stream()
                .map(entry -> inner(request, topic, queueId, entry, reply))
                .toList();
        String uniqueId = MessageProperties.decode(request.properties()).get(PropertyNames.UNIQUE_ID);
        QueueKey queue = new QueueKey(topic.topic(), queueId);
        store.appendBatch(
                messages,
                result -> reply.send(StoreAnswers.answer(
                        result,
                        result.status().isStored()
                                ? incoming.answerFields(
                                        messageIds(queue, result, messages.size()),
                                        queueId,
                                        result.queueOffset(),
                                        uniqueId,
                                        null)
                                : Map.of())));
    }

    private StoredMessage inner(
            SendMessageRequest request, TopicSettings topic, int queueId, BatchLayout.Entry entry, Reply reply) {
        IncomingMessages.checkSupported(request.systemFlag(), entry.properties());
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
