package io.reliablemq.protocol.transport;

import io.reliablemq.protocol.command.Command;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Sends requests over one shared connection an address, opened on demand. Thread-safe. */
public final class RemotingClient implements AutoCloseable {

    public RemotingClient(EventLoops loops, TransportSettings settings, RequestHandler requestsFromServer) {}

    /**
     * Sends a request and completes with its answer, whatever its code, or with a {@link TransportException}. The
     * future completes on an event loop.
     *
     * @param timeout the time for opening the connection and for the answer together
     */
    public CompletableFuture<Command> invoke(String hostAndPort, Command request, Duration timeout) {
        return connection(hostAndPort).thenCompose(connection -> connection.invoke(request, timeout));
    }

    /** Sends a request that is never answered; completes once the bytes were handed to the operating system. */
    public CompletableFuture<Void> sendOneWay(String hostAndPort, Command request) {
        return connection(hostAndPort).thenCompose(connection -> connection.sendOneWay(request));
    }

    /** The connection to the address, opened now if there is none. */
    public CompletableFuture<Connection> connection(String hostAndPort) {
        throw new UnsupportedOperationException(hostAndPort);
    }

    /** Closes the connections; requests in flight fail. */
    @Override
    public void close() {}
}
