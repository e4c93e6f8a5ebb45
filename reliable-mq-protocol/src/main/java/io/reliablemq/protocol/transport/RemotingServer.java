package io.reliablemq.protocol.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts connections and hands their requests to a {@link RequestHandler}. Thread-safe. */
public final class RemotingServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RemotingServer.class);
    private static final int PENDING_CONNECTIONS = 1024;
    private static final long ANSWERS_TIMEOUT_MS = 500;
    private static final long PORT_TIMEOUT_MS = 1_000;

    private final EventLoops loops;
    private final TransportSettings settings;
    private final RequestHandler handler;
    private final Set<ChannelConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Channel listening;
    private volatile boolean refusing;
    private volatile boolean closed;

    public RemotingServer(EventLoops loops, TransportSettings settings, RequestHandler handler) {
        this.loops = loops;
        this.settings = settings;
        this.handler = handler;
    }

    /**
     * Binds and starts to accept.
     *
     * @return the bound address, with the real port where 0 was asked for
     * @throws IOException if the address cannot be bound; the message names address and port
     */
    public InetSocketAddress start(InetSocketAddress bind) throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channelFactory(loops.serverChannels())
                .option(ChannelOption.SO_BACKLOG, PENDING_CONNECTIONS)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, Pipeline.waterMark(settings))
                .childHandler(Pipeline.accepting(settings, handler, this::opened));
        ChannelFuture bound = bootstrap.bind(bind).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw cannotBind(bind, bound.cause());
        }
        listening = bound.channel();
        InetSocketAddress address = (InetSocketAddress) bound.channel().localAddress();
        LOG.info("Listening on {}", address);
        return address;
    }

    private static BindException cannotBind(InetSocketAddress bind, @Nullable Throwable cause) {
        String reason = bind.isUnresolved()
                ? "the host name is unknown"
                : cause == null ? "no reason given" : String.valueOf(cause.getMessage());
        BindException failure =
                new BindException("Cannot listen on " + bind.getHostString() + ":" + bind.getPort() + ": " + reason);
        failure.initCause(cause);
        return failure;
    }

    private void opened(ChannelConnection connection) {
        if (connections.size() >= settings.maxConnections()) {
            refuse(connection);
            return;
        }
        refusing = false;
        connections.add(connection);
        connection.onClose(() -> connections.remove(connection));
        if (closed) {
            connection.close();
        }
    }

    /** Rather than run out of file handles, which the log needs too. */
    private void refuse(ChannelConnection connection) {
        if (!refusing) {
            // Once, and not for each of those that try again.
            refusing = true;
            LOG.warn(
                    "The connection of {} is refused, as others will be: {} are open, and no more are allowed",
                    connection.remoteAddress(),
                    settings.maxConnections());
        }
        connection.close();
    }

    /** The connections that are open now. */
    public Collection<Connection> connections() {
        return List.copyOf(connections);
    }

    /**
     * Stops accepting and reading, lets answers in flight be written, and closes the connections. Answers that are
     * still owed are waited for half a second; give those of long polls before. Afterwards the port can be bound again, unless
     * the event loop that accepted does not get to it within a second.
     */
    @Override
    public void close() {
        Channel accepting = listening;
        listening = null;
        closed = true;
        Promise<Void> portFree = ImmediateEventExecutor.INSTANCE.newPromise();
        if (accepting == null || !accepting.isOpen()) {
            portFree.setSuccess(null);
        } else {
            LOG.info("No longer listening on {}", accepting.localAddress());
            leavePort(accepting, portFree);
        }
        OpenConnections open = new OpenConnections(loops, connections);
        open.close(ChannelConnection::closeWhenAnswered, ANSWERS_TIMEOUT_MS);
        // A thread of the event loops cannot wait for itself.
        if (!loops.isCurrentThread()) {
            portFree.awaitUninterruptibly(PORT_TIMEOUT_MS);
        }
    }

    /** A closed channel keeps its port until its event loop has selected once more, which it does before what it scheduled. */
    private static void leavePort(Channel accepting, Promise<Void> portFree) {
        accepting
                .close()
                .addListener(closed ->
                        accepting.eventLoop().schedule(() -> portFree.setSuccess(null), 0, TimeUnit.MILLISECONDS));
    }
}
