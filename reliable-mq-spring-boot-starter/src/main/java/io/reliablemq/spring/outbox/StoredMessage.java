package io.reliablemq.spring.outbox;

import io.reliablemq.protocol.message.Message;

/**
 * A row with its content.
 *
 * @param createdAt when it was taken down, in ms since 1970: its time of birth in every send
 * @param attempts sends that have failed
 */
record StoredMessage(long id, Message message, long createdAt, int attempts) {}
