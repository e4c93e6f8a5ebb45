package io.reliablemq.client.consumer;

import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.compression.BadCompressionException;
import io.reliablemq.client.compression.BodyFormat;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.message.SystemFlag;
import java.time.Instant;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/**
 * Turns stored messages into those for the application: the original topic, the inflated body. Pure functions.
 *
 * <p>What an application gets of a delivery has a body array of its own: the stored message may be handed out again, and is sent
 * back as a copy, with the body that it was sent with, whatever a listener has done to its array.
 */
final class MessageReader {

    /** @throws UnreadableMessageException if the body cannot be inflated */
    static ReceivedMessage read(Delivery delivery) throws UnreadableMessageException {
        StoredMessage stored = delivery.message();
        return message(delivery.queue().queue(), stored, delivery.failedBefore(), ownBody(stored));
    }

    /** @throws UnreadableMessageException if the body cannot be inflated */
    static ReceivedMessage read(Queue queue, StoredMessage stored) throws UnreadableMessageException {
        return message(queue, stored, stored.reconsumeTimes(), body(stored));
    }

    /** With the body as it is stored, compressed or not. */
    static ReceivedMessage raw(Queue queue, StoredMessage stored) {
        return message(queue, stored, stored.reconsumeTimes(), stored.body());
    }

    /** With the body as it is stored, where it cannot be inflated: for those who are told that nobody could handle it. */
    static ReceivedMessage readOrRaw(Delivery delivery) {
        try {
            return read(delivery);
        } catch (UnreadableMessageException e) {
            StoredMessage stored = delivery.message();
            return message(
                    delivery.queue().queue(),
                    stored,
                    delivery.failedBefore(),
                    stored.content().copy());
        }
    }

    private static ReceivedMessage message(Queue queue, StoredMessage stored, int reconsumeTimes, byte[] body) {
        return new ReceivedMessage(
                originalTopic(stored),
                stored.messageId(),
                stored.offsetMessageId(),
                queue.brokerName(),
                queue.queueId(),
                stored.queueOffset(),
                reconsumeTimes,
                Instant.ofEpochMilli(stored.bornTimestamp()),
                Instant.ofEpochMilli(stored.storeTimestamp()),
                stored.flag(),
                Collections.unmodifiableMap(stored.properties()),
                body);
    }

    /** The topic that the message was first sent to, also where it comes from a retry topic. */
    static String originalTopic(StoredMessage stored) {
        @Nullable String original = stored.property(PropertyNames.RETRY_TOPIC);
        return original != null && Names.isRetryTopic(stored.topic()) ? original : stored.topic();
    }

    private static byte[] ownBody(StoredMessage stored) throws UnreadableMessageException {
        return SystemFlag.isSet(stored.systemFlag(), SystemFlag.COMPRESSED)
                ? body(stored)
                : stored.content().copy();
    }

    private static byte[] body(StoredMessage stored) throws UnreadableMessageException {
        try {
            return BodyFormat.inflate(stored.systemFlag(), stored.body());
        } catch (BadCompressionException e) {
            throw new UnreadableMessageException(String.valueOf(e.getMessage()), e);
        }
    }

    private MessageReader() {}
}
