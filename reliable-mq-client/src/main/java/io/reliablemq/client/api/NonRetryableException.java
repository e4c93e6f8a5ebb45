package io.reliablemq.client.api;

import org.jspecify.annotations.Nullable;

/** Handling this message again cannot help: it goes to the group's dead letters without further attempts. */
public class NonRetryableException extends RuntimeException {

    public NonRetryableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
