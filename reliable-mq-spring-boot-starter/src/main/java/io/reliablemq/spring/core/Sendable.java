package io.reliablemq.spring.core;

import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageIds.UniqueIds;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.PropertyNames;
import java.nio.charset.StandardCharsets;

/**
 * Takes messages over that are sent later: gives them their ids, and refuses now what the producer would refuse then, when
 * nobody waits for the answer any more. Thread-safe.
 */
final class Sendable {

    /** What the producer and the broker add to the properties. */
    private static final int ROOM = 1024;

    private final UniqueIds ids = new UniqueIds();
    private final int maxMessageBytes;

    Sendable(int maxMessageBytes) {
        this.maxMessageBytes = maxMessageBytes;
    }

    /** @throws IllegalArgumentException if the message cannot be sent, naming its topic */
    Message take(Message message) {
        int size = message.body().length;
        if (size == 0 || size > maxMessageBytes) {
            throw new IllegalArgumentException("The message for topic '" + message.topic() + "' has a body of " + size
                    + " bytes; it must have 1 to " + maxMessageBytes + " (reliable-mq.producer.max-message-size)");
        }
        int properties = MessageProperties.encode(message.properties()).getBytes(StandardCharsets.UTF_8).length;
        int most = MessageProperties.MAX_BYTES - ROOM;
        if (properties > most) {
            throw new IllegalArgumentException("The message for topic '" + message.topic() + "' has properties of "
                    + properties + " bytes; at most " + most + " are allowed");
        }
        return message.uniqueId() == null ? message.withProperty(PropertyNames.UNIQUE_ID, ids.next()) : message;
    }
}
