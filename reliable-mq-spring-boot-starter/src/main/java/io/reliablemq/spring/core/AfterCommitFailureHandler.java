package io.reliablemq.spring.core;

import io.reliablemq.protocol.message.Message;

/**
 * Told of messages that were to be sent after a commit and were not: their transaction has committed all the same, and whoever
 * sent them has gone on. Without a bean of this type each is logged at ERROR with its id.
 *
 * <p>Called on the thread that committed, or on one of the client; by several at once. Also called where the future of an
 * asynchronous send tells the same.
 */
@FunctionalInterface
public interface AfterCommitFailureHandler {

    /**
     * @param message with its unique id
     * @param failure a {@link io.reliablemq.client.api.SendFailedException} with all attempts; another exception only if the
     *     message could not be sent at all, because the producer was closed for instance
     */
    void handle(Message message, RuntimeException failure);
}
