package io.reliablemq.protocol.transport;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Connections that are to be closed together: politely within a bound, then at once. */
final class OpenConnections {

    private static final long FORCED_TIMEOUT_MS = 250;

    private final EventLoops loops;
    private final List<ChannelConnection> connections;

    OpenConnections(EventLoops loops, Collection<ChannelConnection> connections) {
        this.loops = loops;
        this.connections = List.copyOf(connections);
    }

    /** Asks each connection to close, waits that long for all of them, and closes the rest by force. */
    void close(Consumer<ChannelConnection> politely, long timeoutMs) {
        CountDownLatch closed = new CountDownLatch(connections.size());
        for (ChannelConnection connection : connections) {
            connection.onClose(closed::countDown);
            politely.accept(connection);
        }
        // A thread of the event loops cannot wait for itself.
        boolean mayWait = !loops.isCurrentThread();
        if (!mayWait || !await(closed, timeoutMs)) {
            connections.forEach(ChannelConnection::close);
            if (mayWait) {
                await(closed, FORCED_TIMEOUT_MS);
            }
        }
    }

    private static boolean await(CountDownLatch latch, long timeoutMs) {
        try {
            return latch.await(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
