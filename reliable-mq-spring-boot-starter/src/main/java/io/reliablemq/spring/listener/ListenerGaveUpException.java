package io.reliablemq.spring.listener;

import io.reliablemq.client.api.NonRetryableException;

/** A listener has made a message a dead letter without saying why. */
public final class ListenerGaveUpException extends NonRetryableException {

    ListenerGaveUpException(String listenerId) {
        super("The listener '" + listenerId + "' has given the message up", null);
    }
}
