package io.reliablemq.client.route;

import io.reliablemq.protocol.command.Command;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Requests to name servers and brokers by address ({@code host:port}). Thread-safe; futures may complete on an event loop. */
public interface Remote {

    /**
     * Sends a request and completes with its answer, whatever its code, or with a
     * {@link io.reliablemq.protocol.transport.TransportException}.
     *
     * @param timeout the time for opening the connection and for the answer together
     */
    CompletableFuture<Command> invoke(String address, Command request, Duration timeout);

    /** Sends a request that is never answered; completes once the bytes were handed to the operating system. */
    CompletableFuture<Void> sendOneWay(String address, Command request);
}
