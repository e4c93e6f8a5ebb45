package io.reliablemq.broker.request;

import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.header.SendMessageResponse;
import io.reliablemq.protocol.message.MessageIds;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.RecallHandle;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.message.SystemFlag;
import io.reliablemq.protocol.route.TopicSettings;
import io.reliablemq.protocol.transport.Connection;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Turns what producers send into what is stored, and what was stored into the answer's header. Thread-safe. */
public final class IncomingMessages {

    /** Bytes of a body, by the protocol. */
    static final int MAX_BODY_BYTES = 4 * 1024 * 1024;

    private static final String REGION = "DefaultRegion";
    private static final String TRUE = "true";

    private final InetSocketAddress storeHost;
    private final String brokerName;
    private final String cluster;
    private final MessageIds.UniqueIds uniqueIds = new MessageIds.UniqueIds();

    /** @param storeHost the address that clients reach this broker at */
    public IncomingMessages(InetSocketAddress storeHost, String brokerName, String cluster) {
        this.storeHost = storeHost;
        this.brokerName = brokerName;
        this.cluster = cluster;
    }

    /** Checks a single message and adds what the broker adds to each. */
    StoredMessage message(SendMessageRequest request, Body body, TopicSettings topic, Connection connection) {
        Map<String, String> properties = MessageProperties.decode(request.properties());
        checkBody(body.size());
        properties.putIfAbsent(PropertyNames.UNIQUE_ID, uniqueIds.next());
        properties.put(PropertyNames.MESSAGE_REGION, REGION);
        properties.put(PropertyNames.TRACE_SWITCH, TRUE);
        properties.put(PropertyNames.CLUSTER, cluster);
        int queueId = queueId(request, topic, properties);
        return stored(request, topic, queueId, request.flag(), properties, body.toByteArray(), connection);
    }

    StoredMessage stored(
            SendMessageRequest request,
            TopicSettings topic,
            int queueId,
            int flag,
            Map<String, String> properties,
            byte[] body,
            Connection connection) {
        return new StoredMessage(
                topic.topic(),
                queueId,
                0,
                0,
                flag,
                request.systemFlag(),
                request.bornTimestamp(),
                connection.remoteAddress(),
                0,
                storeHost,
                request.reconsumeTimes(),
                0,
                properties,
                body);
    }

    /** The queue that was asked for, or any if that was left to the broker. */
    static int queueId(SendMessageRequest request, TopicSettings topic) {
        RequestChecks.writable(topic, request.queueId());
        return request.queueId() >= 0
                ? request.queueId()
                : ThreadLocalRandom.current().nextInt(topic.writeQueues());
    }

    /**
     * The queue of a message that may have a priority: that is the number of its queue then, or the last one if there are fewer,
     * whatever its sender asked for. A message that keeps an order stays where its sender puts it.
     */
    private static int queueId(SendMessageRequest request, TopicSettings topic, Map<String, String> properties) {
        int queueId = queueId(request, topic);
        int priority = MessageProperties.priority(properties);
        return priority == MessageProperties.NO_PRIORITY || properties.containsKey(PropertyNames.SHARDING_KEY)
                ? queueId
                : Math.min(priority, topic.writeQueues() - 1);
    }

    /** @return the delay level of the properties; 0 for none */
    static int delayLevel(Map<String, String> properties) {
        String level = properties.get(PropertyNames.DELAY_LEVEL);
        if (level == null) {
            return 0;
        }
        try {
            return Math.max(0, Integer.parseInt(level));
        } catch (NumberFormatException e) {
            throw new RefusedException(
                    ResponseCode.MESSAGE_ILLEGAL, "The property DELAY is '" + level + "', not a level");
        }
    }

    static void checkBody(int bytes) {
        if (bytes == 0) {
            throw new RefusedException(ResponseCode.MESSAGE_ILLEGAL, "The message has no body");
        }
        if (bytes > MAX_BODY_BYTES) {
            throw new RefusedException(
                    ResponseCode.MESSAGE_ILLEGAL,
                    "The body has " + bytes + " bytes; at most " + MAX_BODY_BYTES + " are allowed");
        }
    }

    /** Refuses what would be delivered otherwise than its sender wants. */
    static void checkBatch(int systemFlag, Map<String, String> properties) {
        if ((systemFlag & SystemFlag.TRANSACTION_BITS) != 0
                || TRUE.equals(properties.get(PropertyNames.TRANSACTION_PREPARED))) {
            throw new RefusedException(
                    ResponseCode.MESSAGE_ILLEGAL,
                    "Messages of transactions do not go in batches; send them one by one");
        }
    }

    /** Header of the answer to a message that is in the log. */
    Map<String, String> answerFields(int queueId, AppendResult result, @Nullable String uniqueId) {
        return answerFields(
                MessageIds.offsetMessageId(storeHost, result.position()),
                queueId,
                result.queueOffset(),
                uniqueId,
                null);
    }

    Map<String, String> plainFields(StoredMessage message, AppendResult result) {
        return answerFields(message.queueId(), result, message.property(PropertyNames.UNIQUE_ID));
    }

    /** The same of a message that waits for its level: the queue is the one that it is for. */
    Map<String, String> parkedFields(StoredMessage parked, AppendResult result) {
        return answerFields(realQueueId(parked), result, parked.property(PropertyNames.UNIQUE_ID));
    }

    /** The same of a message that waits for its time: what it can be called back with is told too. */
    Map<String, String> timerFields(StoredMessage parked, AppendResult result) {
        String uniqueId = parked.messageId();
        String topic = parked.properties().getOrDefault(PropertyNames.REAL_TOPIC, "");
        long dueMs = Long.parseLong(parked.properties().getOrDefault(PropertyNames.TIMER_OUT_MILLIS, "0"));
        String handle = new RecallHandle(topic, brokerName, dueMs, uniqueId).encode();
        return answerFields(messageId(result.position()), realQueueId(parked), result.queueOffset(), uniqueId, handle);
    }

    private static int realQueueId(StoredMessage parked) {
        return Integer.parseInt(parked.properties().getOrDefault(PropertyNames.REAL_QUEUE_ID, "0"));
    }

    Map<String, String> answerFields(
            String messageIds,
            int queueId,
            long queueOffset,
            @Nullable String uniqueId,
            @Nullable String recallHandle) {
        return new SendMessageResponse(messageIds, queueId, queueOffset, uniqueId, recallHandle)
                .writer()
                .put(PropertyNames.MESSAGE_REGION, REGION)
                .put(PropertyNames.TRACE_SWITCH, TRUE)
                .build();
    }

    String messageId(long position) {
        return MessageIds.offsetMessageId(storeHost, position);
    }
}
