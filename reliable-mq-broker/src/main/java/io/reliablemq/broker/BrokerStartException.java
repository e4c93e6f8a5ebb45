package io.reliablemq.broker;

import org.jspecify.annotations.Nullable;

/** The broker cannot start. The text is one sentence that names the setting to change. */
public final class BrokerStartException extends RuntimeException {

    public BrokerStartException(String message) {
        super(message);
    }

    public BrokerStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
