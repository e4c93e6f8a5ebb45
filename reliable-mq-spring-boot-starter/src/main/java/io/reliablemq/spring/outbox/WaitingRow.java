package io.reliablemq.spring.outbox;

import org.jspecify.annotations.Nullable;

/**
 * A row that waits to be sent, without its content.
 *
 * @param orderHash null where the message has no ordering key
 */
record WaitingRow(long id, int lane, @Nullable Long orderHash) {}
