package io.reliablemq.client.api;

import io.reliablemq.protocol.message.Message;

/**
 * Compensates where all attempts of a send failed, instead of every caller by itself. {@link StoreAndForward} is a ready one.
 *
 * <p>Called on the thread that sends, or on a thread {@code rmq-client-callback-n} for asynchronous sends; by several at once.
 * Not called for one-way sends, requests, replies and half messages, nor for messages to a chosen queue, which could not be sent to
 * it later; nor for a message with an ordering key that is given up, as when its sender was interrupted or a handler hangs, while
 * earlier ones of the key have not ended: it would overtake them.
 */
@FunctionalInterface
public interface SendFailureHandler {

    /** What became of the message. */
    enum Compensation {
        /** Nothing that the sender could rely on: it gets the failure. */
        FAILED,
        /** It is kept safe on this machine: the sender gets a receipt with {@link SendStatus#ACCEPTED_LOCALLY}. */
        ACCEPTED_LOCALLY
    }

    /**
     * A send has failed. What is thrown is added to the failure, which the sender then gets.
     *
     * @param failure with the message and all attempts
     */
    Compensation handle(SendFailedException failure) throws Exception;

    /**
     * Whether earlier messages wait here that this one must not overtake. Then it is not sent, and handed over at once. Must be
     * quick.
     */
    default boolean holdsBack(Message message) {
        return false;
    }
}
