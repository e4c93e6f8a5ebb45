package io.reliablemq.protocol.transport;

import io.netty.channel.EventLoop;
import io.reliablemq.protocol.codec.PooledBody;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.transport.TransportException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over one shared connection an address, opened on demand. Thread-safe.
 *
 * <p>Futures complete on an event loop, or at once if the client or its event loops are closed, and exceptionally with a {@link TransportException} itself, or with an
 * {@link IllegalArgumentException} for a request that fits into no frame.
 */
public final class RemotingClient implements AutoCloseable {

    private static final long CLOSE_TIMEOUT_MS = 250;

    private final EventLoops loops;
    private final EventLoop timers;
    private final Connector connector;
    private final ConcurrentMap<String, CompletableFuture<ChannelConnection>> connections = new ConcurrentHashMap<>();
    private volatile boolean closed;

    public RemotingClient(EventLoops loops, TransportSettings settings, RequestHandler requestsFromServer) {
        this.loops = loops;
        this.timers = loops.next();
        this.connector = new Connector(loops, settings, requestsFromServer);
    }

    /**
     * Sends a request and completes with its answer, whatever its code, or with a {@link TransportException}. An
     * answer GO_AWAY is followed once: the request is sent again on a new connection to the same address.
     *
     * @param hostAndPort {@code host:port}
     * @param timeout the time for opening the connection and for the answer together
     */
    public CompletableFuture<Command> invoke(String hostAndPort, Command request, Duration timeout) {
        CompletableFuture<Command> result = new CompletableFuture<>();
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        invoke(hostAndPort, request, deadlineNanos, result, connection -> answer -> {
            if (answer.code() == ResponseCode.GO_AWAY && !(request.body() instanceof PooledBody)) {
                retire(hostAndPort, connection);
                invoke(hostAndPort, request, deadlineNanos, result, again -> result::complete);
            } else {
                result.complete(answer);
            }
        });
        return result;
    }

    /** What to do with an answer, given the connection it came on. */
    private interface OnAnswer {
        Consumer<Command> on(ChannelConnection connection);
    }

    private void invoke(
            String address, Command request, long deadlineNanos, CompletableFuture<Command> result, OnAnswer then) {
        withConnection(
                address,
                request,
                deadlineNanos,
                result,
                connection -> connection.invokeUntil(request, deadlineNanos).whenComplete((answer, failure) -> {
                    if (answer != null) {
                        then.on(connection).accept(answer);
                    } else {
                        result.completeExceptionally(failure);
                    }
                }));
    }

    /** Sends a request that is never answered; completes once the bytes were handed to the operating system. */
    public CompletableFuture<Void> sendOneWay(String hostAndPort, Command request) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        long deadlineNanos = System.nanoTime() + connector.timeout().toNanos();
        withConnection(
                hostAndPort,
                request,
                deadlineNanos,
                result,
                connection -> connection.sendOneWay(request).whenComplete((written, failure) -> {
                    if (failure == null) {
                        result.complete(null);
                    } else {
                        result.completeExceptionally(failure);
                    }
                }));
        return result;
    }

    /** The connection to the address, opened now if there is none. */
    public CompletableFuture<Connection> connection(String hostAndPort) {
        CompletableFuture<Connection> result = new CompletableFuture<>();
        connect(hostAndPort).whenComplete((connection, failure) -> {
            if (connection != null) {
                result.complete(connection);
            } else {
                result.completeExceptionally(failure);
            }
        });
        return result;
    }

    /** Runs the action with the connection, or fails the result if there is none by the deadline. */
    private void withConnection(
            String address,
            Command request,
            long deadlineNanos,
            CompletableFuture<?> result,
            Consumer<ChannelConnection> action) {
        CompletableFuture<ChannelConnection> attempt = connect(address);
        if (isConnected(attempt)) {
            action.accept(attempt.join());
            return;
        }
        long delayNanos = deadlineNanos - System.nanoTime();
        Future<?> timer;
        try {
            timer = timers.schedule(
                    () -> result.completeExceptionally(notInTime(address)), delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            request.body().release();
            result.completeExceptionally(closedBefore(address, e));
            return;
        }
        attempt.whenComplete((connection, failure) -> {
            timer.cancel(false);
            if (connection != null && !result.isDone()) {
                action.accept(connection);
                return;
            }
            request.body().release();
            if (failure != null) {
                result.completeExceptionally(failure);
            }
        });
    }

    /** The connection, or the attempt that is under way, or a new attempt. */
    private CompletableFuture<ChannelConnection> connect(String address) {
        while (true) {
            CompletableFuture<ChannelConnection> known = connections.get(address);
            if (known != null && isUsable(known)) {
                return known;
            }
            if (closed) {
                return CompletableFuture.failedFuture(closedBefore(address, null));
            }
            CompletableFuture<ChannelConnection> attempt = new CompletableFuture<>();
            if (replace(address, known, attempt)) {
                connector.connect(address, connection -> opened(address, attempt, connection), failure -> {
                    connections.remove(address, attempt);
                    attempt.completeExceptionally(failure);
                });
                return attempt;
            }
        }
    }

    private boolean replace(
            String address,
            @Nullable CompletableFuture<ChannelConnection> known,
            CompletableFuture<ChannelConnection> attempt) {
        return known == null
                ? connections.putIfAbsent(address, attempt) == null
                : connections.replace(address, known, attempt);
    }

    private static boolean isUsable(CompletableFuture<ChannelConnection> attempt) {
        return !attempt.isDone() || isConnected(attempt) && attempt.join().isOpen();
    }

    private static boolean isConnected(CompletableFuture<ChannelConnection> attempt) {
        return attempt.isDone() && !attempt.isCompletedExceptionally();
    }

    private void opened(String address, CompletableFuture<ChannelConnection> attempt, ChannelConnection connection) {
        connection.onClose(() -> connections.remove(address, attempt));
        if (!attempt.complete(connection) || closed) {
            connection.close();
        }
    }

    /** Takes the connection out of use; it closes once its requests in flight are answered. */
    private void retire(String address, ChannelConnection connection) {
        CompletableFuture<ChannelConnection> known = connections.get(address);
        if (known != null && isConnected(known) && known.join() == connection) {
            connections.remove(address, known);
        }
        connection.closeWhenIdle();
    }

    private static TransportException closedBefore(String address, @Nullable Throwable cause) {
        return new TransportException(
                Kind.CONNECT_FAILED, "No connection to " + address + ": the client was closed before", cause);
    }

    private static TransportException notInTime(String address) {
        return new TransportException(Kind.CONNECT_FAILED, "No connection to " + address + " in time");
    }

    /** Closes the connections once what was sent is written; requests in flight fail. */
    @Override
    public void close() {
        closed = true;
        connector.close();
        List<ChannelConnection> open = new ArrayList<>();
        connections.forEach((address, attempt) -> {
            attempt.completeExceptionally(closedBefore(address, null));
            if (isConnected(attempt)) {
                open.add(attempt.join());
            }
        });
        new OpenConnections(loops, open).close(ChannelConnection::closeWhenWritten, CLOSE_TIMEOUT_MS);
    }
}
