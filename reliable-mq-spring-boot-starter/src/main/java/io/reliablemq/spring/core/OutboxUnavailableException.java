package io.reliablemq.spring.core;

/** The outbox did not take a message, so it will not be sent. Says why, and what to do. */
public class OutboxUnavailableException extends RuntimeException {

    public OutboxUnavailableException(String message) {
        super(message);
    }
}
