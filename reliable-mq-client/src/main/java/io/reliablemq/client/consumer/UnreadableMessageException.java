package io.reliablemq.client.consumer;

import org.jspecify.annotations.Nullable;

/** A stored message cannot be turned into one for the application, now or later. The text says why. */
final class UnreadableMessageException extends Exception {

    UnreadableMessageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
