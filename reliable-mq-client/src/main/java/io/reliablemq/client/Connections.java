package io.reliablemq.client;

import io.reliablemq.client.route.Remote;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.RemotingClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The connections of the client, with news of those that open and break. Thread-safe. */
final class Connections implements Remote, AutoCloseable {

    /** Hears of connections, on an event loop: it must not block. */
    interface Listener {

        void connected(String address);

        void disconnected(String address);

        /** A request has failed on its way; whoever sent it learns of it afterwards. */
        void failed(String address, Throwable error);
    }

    private final RemotingClient client;
    private final Map<String, Connection> watched = new ConcurrentHashMap<>();
    private volatile Listener listener = new Listener() {
        @Override
        public void connected(String address) {}

        @Override
        public void disconnected(String address) {}

        @Override
        public void failed(String address, Throwable error) {}
    };

    private volatile boolean closed;

    Connections(RemotingClient client) {
        this.client = client;
    }

    void listen(Listener news) {
        this.listener = news;
    }

    @Override
    public CompletableFuture<Command> invoke(String address, Command request, Duration timeout) {
        watch(address);
        return watched(address, client.invoke(address, request, timeout));
    }

    @Override
    public CompletableFuture<Void> sendOneWay(String address, Command request) {
        watch(address);
        return watched(address, client.sendOneWay(address, request));
    }

    /** A future of its own, since one future's dependents run in any order, and the listener must be the first to know. */
    private <T> CompletableFuture<T> watched(String address, CompletableFuture<T> request) {
        CompletableFuture<T> result = new CompletableFuture<>();
        request.whenComplete((answer, error) -> {
            if (error == null) {
                result.complete(answer);
                return;
            }
            if (!closed) {
                listener.failed(address, error);
            }
            result.completeExceptionally(error);
        });
        return result;
    }

    private void watch(String address) {
        Connection known = watched.get(address);
        if (known == null || !known.isOpen()) {
            // A failure to connect is reported by the request that follows.
            client.connection(address).thenAccept(connection -> watch(address, connection));
        }
    }

    private void watch(String address, Connection connection) {
        if (watched.put(address, connection) != connection) {
            connection.onClose(() -> {
                watched.remove(address, connection);
                if (!closed) {
                    listener.disconnected(address);
                }
            });
            listener.connected(address);
        }
    }

    /** Closes the connections, which is no news. */
    @Override
    public void close() {
        closed = true;
        client.close();
    }
}
