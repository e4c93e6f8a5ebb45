package io.reliablemq.conformance.port;

/** The application behind a {@link Receiver}. Called by several threads at once. */
@FunctionalInterface
public interface Listener {

    /** What it says about a message. */
    enum Outcome {
        CONSUME_SUCCESS,
        RECONSUME_LATER
    }

    /** Handles one message; an exception counts as {@link Outcome#RECONSUME_LATER}. */
    Outcome receive(IncomingMessage message) throws Exception;
}
