package io.reliablemq.protocol.transport;

import io.reliablemq.protocol.command.Command;

/** Answers requests. Called on the connection's event loop, so it must neither block nor wait. */
@FunctionalInterface
public interface RequestHandler {

    /**
     * Takes one request. Exactly one answer must be given through {@code reply}, now or later, from any thread; for a
     * one-way request the answer is dropped.
     *
     * <p>An exception is answered with SYSTEM_ERROR and its text.
     */
    void handle(Command request, Reply reply) throws Exception;
}
