package io.reliablemq.client.api;

import org.jspecify.annotations.Nullable;

/** A message was not called back, or nobody knows whether it was: then it may still be delivered. */
public final class RecallFailedException extends RuntimeException {

    public RecallFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
