package io.reliablemq.spring.outbox;

import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageProperties;
import java.nio.charset.StandardCharsets;

/**
 * A row with its content.
 *
 * @param properties as they are encoded
 * @param createdAt when it was taken down, in ms since 1970: its time of birth in every send
 * @param attempts sends that have failed
 */
record StoredMessage(long id, String topic, int flag, byte[] properties, byte[] body, long createdAt, int attempts) {

    /** @throws IllegalArgumentException if the row was changed so that it is no message any more */
    Message message() {
        String text = new String(properties, StandardCharsets.UTF_8);
        return new Message(topic, flag, MessageProperties.decode(text), body);
    }
}
