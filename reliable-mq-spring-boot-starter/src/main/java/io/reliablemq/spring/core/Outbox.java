package io.reliablemq.spring.core;

import io.reliablemq.protocol.message.Message;

/** Takes messages down within the caller's transaction, to be sent after it has committed. Thread-safe. */
public interface Outbox {

    /**
     * Takes the message down.
     *
     * @param message with a unique id
     * @throws OutboxUnavailableException if it is not taken: the transaction should roll back
     */
    void add(Message message);
}
