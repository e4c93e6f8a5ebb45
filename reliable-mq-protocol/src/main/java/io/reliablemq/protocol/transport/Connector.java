package io.reliablemq.protocol.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.reliablemq.protocol.runtime.NamedThreads;
import io.reliablemq.protocol.transport.TransportException.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Opens connections. Host names are looked up on a thread of its own that ends when idle, IP addresses need none. */
final class Connector implements AutoCloseable {

    private static final long RESOLVER_IDLE_S = 5;

    private final EventLoops loops;
    private final TransportSettings settings;
    private final RequestHandler handler;
    private final ThreadPoolExecutor resolver;

    Connector(EventLoops loops, TransportSettings settings, RequestHandler handler) {
        this.loops = loops;
        this.settings = settings;
        this.handler = handler;
        this.resolver = new ThreadPoolExecutor(
                1, 1, RESOLVER_IDLE_S, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new NamedThreads("rmq-resolver"));
        this.resolver.allowCoreThreadTimeOut(true);
    }

    /** How long opening a connection may take. */
    Duration timeout() {
        return settings.connectTimeout();
    }

    /**
     * Calls one of the two, on any thread, also when the event loops have ended. Where connections are encrypted, opened is
     * one that is. {@code failed} is called again when
     * the connection closes, which tells nothing new then.
     */
    void connect(String address, Consumer<ChannelConnection> opened, Consumer<TransportException> failed) {
        try {
            HostAndPort target = HostAndPort.parse(address);
            InetSocketAddress known = target.withoutLookUp();
            if (known != null) {
                open(address, target, known, opened, failed);
            } else {
                resolver.execute(() -> resolveAndOpen(address, target, opened, failed));
            }
        } catch (IOException | RuntimeException e) {
            failed.accept(cannotConnect(address, e));
        }
    }

    private void resolveAndOpen(
            String address,
            HostAndPort target,
            Consumer<ChannelConnection> opened,
            Consumer<TransportException> failed) {
        try {
            open(address, target, target.lookUp(), opened, failed);
        } catch (IOException | RuntimeException e) {
            failed.accept(cannotConnect(address, e));
        }
    }

    private void open(
            String address,
            HostAndPort target,
            InetSocketAddress resolved,
            Consumer<ChannelConnection> opened,
            Consumer<TransportException> failed) {
        if (loops.group().isShuttingDown()) {
            throw new RejectedExecutionException("the event loops have ended");
        }
        ChannelFuture connected = new Bootstrap()
                .group(loops.group())
                .channelFactory(loops.clientChannels())
                .disableResolver()
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout().toMillis())
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, Pipeline.waterMark(settings))
                .handler(Pipeline.opening(
                        target, settings, handler, opened, cause -> failed.accept(cannotConnect(address, cause))))
                .connect(resolved);
        connected.addListener(done -> {
            if (!done.isSuccess()) {
                failed.accept(cannotConnect(address, done.cause()));
            }
        });
        // Whoever waits hears of it also where the channel closes before it was active. A channel that could not
        // connect is
        // closed before the listener above is told.
        connected.channel().closeFuture().addListener(closed -> {
            Throwable refused = connected.cause();
            failed.accept(refused == null ? closedEarly(address) : cannotConnect(address, refused));
        });
        Throwable cause = connected.cause();
        if (cause != null) {
            // No listener is told if the event loops ended meanwhile.
            failed.accept(cannotConnect(address, cause));
        }
    }

    private static TransportException cannotConnect(String address, Throwable cause) {
        return new TransportException(
                Kind.CONNECT_FAILED, "Cannot connect to " + address + ": " + cause.getMessage(), cause);
    }

    private TransportException closedEarly(String address) {
        return settings.tls().opening() == null
                ? new TransportException(
                        Kind.CONNECT_FAILED, "The connection to " + address + " closed while it opened")
                : cannotConnect(address, Handshake.failure(new ClosedChannelException()));
    }

    @Override
    public void close() {
        resolver.shutdown();
    }
}
