package io.reliablemq.conformance.port;

import org.jspecify.annotations.Nullable;

/** A send that did not end in {@code SEND_OK}, in whatever words its library said so. */
public final class SendFailure extends RuntimeException {

    public SendFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
