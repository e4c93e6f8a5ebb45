package io.reliablemq.protocol.transport;

import io.reliablemq.protocol.command.Command;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** One open TCP connection, seen from either side. Thread-safe; identity is equality. */
public interface Connection {

    InetSocketAddress remoteAddress();

    boolean isOpen();

    /**
     * Sends a request and completes with its response, whatever its code, or exceptionally with a
     * {@link TransportException}: timed out, connection closed, too many requests in flight. The future completes on
     * an event loop: continue elsewhere before blocking.
     */
    CompletableFuture<Command> invoke(Command request, Duration timeout);

    /**
     * Sends a request that is never answered. The future completes once the bytes were handed to the operating system.
     */
    CompletableFuture<Void> sendOneWay(Command request);

    /**
     * As {@link #sendOneWay}, by a thread that has just this one to send and would rather write it itself than wake the
     * event loop. It is written on the calling thread, which never waits for that, if nothing else is under way on the
     * connection; else as {@link #sendOneWay} does. The order in which one thread sends is kept.
     */
    CompletableFuture<Void> sendOneWayDirectly(Command request);

    /** Runs once the connection is closed, at once if it already is. Called on the event loop. */
    void onClose(Runnable action);

    /** Runs the action on the connection's event loop, in order with its other actions. */
    void execute(Runnable action);

    /**
     * Runs the action once the requests that were read together with the one at hand have been handled, and then once
     * for all of them that asked for the same action. So one signal stands for many requests. Elsewhere than on the
     * connection's event loop, or outside of a request, it runs at once.
     */
    default void afterRead(Runnable action) {
        action.run();
    }

    /**
     * Hands what was sent before over to the operating system now, and not only together with what the requests at hand
     * cause. On the connection's event loop alone; elsewhere it has no effect.
     */
    default void flush() {}

    void close();
}
