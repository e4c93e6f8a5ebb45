package io.reliablemq.protocol.body;

import org.jspecify.annotations.Nullable;

/** A body is not what its request code promises. */
public final class MalformedBodyException extends RuntimeException {

    public MalformedBodyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
