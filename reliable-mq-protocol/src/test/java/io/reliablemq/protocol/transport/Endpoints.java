package io.reliablemq.protocol.transport;

import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.tls.Tls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server and a client on loopback, for tests of what passes between them. */
final class Endpoints implements AutoCloseable {

    static final Duration TIMEOUT = Duration.ofSeconds(20);

    final EventLoops loops = EventLoops.create("rmq-io", 2);
    final RemotingServer server;
    final RemotingClient client;
    final InetSocketAddress bound;
    final String address;

    Endpoints(TransportSettings settings, RequestHandler handler) {
        this(settings, handler, (request, reply) -> reply.send(Command.success()));
    }

    Endpoints(TransportSettings settings, RequestHandler handler, RequestHandler requestsFromServer) {
        this(settings, settings, handler, requestsFromServer);
    }

    Endpoints(
            TransportSettings ofServer,
            TransportSettings ofClient,
            RequestHandler handler,
            RequestHandler requestsFromServer) {
        server = new RemotingServer(loops, ofServer, handler);
        try {
            bound = server.start(new InetSocketAddress("127.0.0.1", 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        address = "127.0.0.1:" + bound.getPort();
        client = new RemotingClient(loops, ofClient, requestsFromServer);
    }

    static Endpoints with(RequestHandler handler) {
        return new Endpoints(settings().build(), handler);
    }

    /** Sends over the shared connection of the client and waits for the answer. */
    Command ask(Command request) throws ExecutionException, InterruptedException, TimeoutException {
        return client.invoke(address, request, TIMEOUT).get(20, TimeUnit.SECONDS);
    }

    /** A connection without any protocol. */
    Socket rawSocket() throws IOException {
        Socket socket = new Socket();
        socket.connect(bound);
        socket.setSoTimeout(20_000);
        return socket;
    }

    @Override
    public void close() {
        client.close();
        server.close();
        loops.close();
    }

    static SettingsBuilder settings() {
        return new SettingsBuilder();
    }

    /** The defaults with single values changed. */
    static final class SettingsBuilder {

        private int maxFrameBytes = TransportSettings.MAX_FRAME_BYTES;
        private int maxInFlight = 65_536;
        private Duration idleTimeout = Duration.ofSeconds(120);
        private int writeHighWater = 8 * 1024 * 1024;
        private int maxConnections = TransportSettings.DEFAULT_MAX_CONNECTIONS;
        private Tls tls = Tls.NONE;

        SettingsBuilder maxFrameBytes(int bytes) {
            maxFrameBytes = bytes;
            return this;
        }

        SettingsBuilder maxInFlight(int requests) {
            maxInFlight = requests;
            return this;
        }

        SettingsBuilder idleTimeout(Duration timeout) {
            idleTimeout = timeout;
            return this;
        }

        SettingsBuilder writeHighWater(int bytes) {
            writeHighWater = bytes;
            return this;
        }

        SettingsBuilder maxConnections(int connections) {
            maxConnections = connections;
            return this;
        }

        SettingsBuilder tls(Tls encryption) {
            tls = encryption;
            return this;
        }

        TransportSettings build() {
            return new TransportSettings(
                    2,
                    maxFrameBytes,
                    256 * 1024,
                    maxInFlight,
                    Duration.ofSeconds(3),
                    idleTimeout,
                    writeHighWater,
                    maxConnections,
                    tls,
                    false);
        }
    }

    /** Keeps the connection's event loop from doing anything until the latch is released; returns once it is held. */
    static void blockLoop(Connection connection, CountDownLatch release) throws InterruptedException {
        CountDownLatch blocked = new CountDownLatch(1);
        connection.execute(() -> {
            blocked.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        blocked.await();
    }
}
