package io.reliablemq.protocol.transport;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;

/** The way back of one request. Thread-safe. */
public interface Reply {

    /** The connection that the request came on. */
    Connection connection();

    /** Sends the answer; a second call is a programming error and throws {@link IllegalStateException}. */
    void send(Command response);

    /**
     * As {@link #send}, by a thread that has just this one to give and would rather write it itself than wake the
     * connection's event loop. It never waits for that.
     */
    void sendDirectly(Command response);

    /**
     * Pooled memory for the body of an answer. Fill {@link Body#buffer()} completely, then hand the body over with
     * {@link #send}, or {@link Body#release()} it.
     */
    Body allocate(int size);
}
