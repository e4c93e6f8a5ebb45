package io.reliablemq.client.consumer;

/** A queue is to be this member's, but another one has not let it go yet. It is asked for again in a second. */
final class NotYetOursException extends RuntimeException {

    NotYetOursException(String message) {
        super(message);
    }
}
