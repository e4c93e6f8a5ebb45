package io.reliablemq.client.testing;

import static org.awaitility.Awaitility.await;

import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingServer;
import io.reliablemq.protocol.transport.RequestHandler;
import io.reliablemq.protocol.transport.TransportSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server whose answers a test sets, by request code. It can be stopped and started again on the same port. */
public final class ScriptedServer implements AutoCloseable {

    private static final Random RANDOM = new Random();

    private final EventLoops loops;
    private final Map<Integer, RequestHandler> script = new ConcurrentHashMap<>();
    private final List<Command> received = new CopyOnWriteArrayList<>();
    private final int port;
    private RemotingServer server;

    public ScriptedServer(EventLoops loops) {
        this.loops = loops;
        this.server = newServer();
        this.port = startSomewhere();
    }

    /**
     * Below the range from which Linux gives ports to outgoing connections, so that none takes the port while the server is
     * stopped.
     */
    private int startSomewhere() {
        for (int attempt = 1; ; attempt++) {
            try {
                return start(12_000 + RANDOM.nextInt(20_000));
            } catch (UncheckedIOException taken) {
                if (attempt == 100) {
                    throw taken;
                }
            }
        }
    }

    private RemotingServer newServer() {
        return new RemotingServer(loops, TransportSettings.defaults(), (request, reply) -> {
            received.add(request);
            RequestHandler handler = script.get(request.code());
            if (handler == null) {
                reply.send(Command.failure(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, "not scripted"));
            } else {
                handler.handle(request, reply);
            }
        });
    }

    private int start(int wanted) {
        try {
            return server.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted))
                    .getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public ScriptedServer on(int requestCode, RequestHandler handler) {
        script.put(requestCode, handler);
        return this;
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    /** The requests of that code, in the order of their arrival. */
    public List<Command> received(int requestCode) {
        return received.stream()
                .filter(request -> request.code() == requestCode)
                .toList();
    }

    public Collection<Connection> connections() {
        return server.connections();
    }

    public void stop() {
        server.connections().forEach(Connection::close);
        server.close();
    }

    /** Others who look for a free port may try this one for a moment, so that it is tried for more than one. */
    public void restart() {
        server = newServer();
        await("port " + port + " to be free again")
                .pollDelay(Duration.ZERO)
                .ignoreException(UncheckedIOException.class)
                .until(() -> start(port) == port);
    }

    @Override
    public void close() {
        stop();
    }
}
