package io.reliablemq.protocol.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.reliablemq.protocol.codec.FrameDecoder;
import io.reliablemq.protocol.codec.MalformedFrameException;
import io.reliablemq.protocol.command.Command;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving end of one connection: answers go to the requests that wait for them, requests to the handler.
 *
 * <p>Owned by the event loop. While too much waits to be written on an accepted connection, it leaves frames undecoded
 * and the socket unread, so that a peer that does not read cannot make this side grow.
 */
final class ConnectionHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);

    /** Which part of the idle time-out a side may be silent while it owes answers. */
    private static final int SILENCE_DIVISOR = 4;

    private final TransportSettings settings;
    private final RequestHandler handler;
    private final Consumer<ChannelConnection> opened;
    private final boolean accepted;
    private final FrameDecoder decoder;
    private @Nullable ChannelConnection current;
    private @Nullable ChannelHandlerContext context;
    private boolean reading = true;
    private long lastReadNanos = System.nanoTime();
    private long backlogAtLastCheck;

    /**
     * @param opened told of the connection once it is open, on the event loop
     * @param accepted whether the other side has opened it; only then reading pauses while the other side does not
     *     read. If both did that, each could wait for the other for ever.
     */
    ConnectionHandler(
            TransportSettings settings, RequestHandler handler, Consumer<ChannelConnection> opened, boolean accepted) {
        this.settings = settings;
        this.handler = handler;
        this.opened = opened;
        this.accepted = accepted;
        this.decoder = new FrameDecoder(settings.maxFrameBytes(), settings.maxHeaderBytes(), this::isPaused);
    }

    /** The handler that has to stand in front of this one. */
    FrameDecoder decoder() {
        return decoder;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        ChannelConnection connection =
                new ChannelConnection((SocketChannel) ctx.channel(), settings, this::afterDrain, this::closeIfSilent);
        current = connection;
        if (!accepted && settings.binaryHeaders()) {
            connection.outbox().useBinaryHeaders();
        }
        backlogAtLastCheck = backlog(ctx.channel());
        planIdleCheck(ctx, settings.idleTimeout().toNanos());
        LOG.debug("Connected with {}", connection);
        opened.accept(connection);
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ChannelConnection connection = connection();
        Command command = (Command) message;
        connection.outbox().beginBatch();
        connection.heardFrom();
        if (!command.isResponse()) {
            if (accepted && decoder.hasMetBinaryHeader()) {
                connection.outbox().useBinaryHeaders();
            }
            dispatch(connection, command);
        } else if (!connection.outbox().complete(command)) {
            LOG.debug(
                    "Dropped an answer from {} that nobody waits for, correlation id {}",
                    connection,
                    command.correlationId());
        }
    }

    private void dispatch(ChannelConnection connection, Command request) {
        if (connection.takesNoRequests()) {
            return;
        }
        PendingReply reply = new PendingReply(connection, request);
        if (!request.isOneWay()) {
            connection.outbox().expectAnswer();
        }
        try {
            handler.handle(request, reply);
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            reply.fail(e);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        lastReadNanos = System.nanoTime();
        settle(ctx);
    }

    /** Sends what the frames just read have caused, and stops reading if the other side does not take it. */
    private void settle(ChannelHandlerContext ctx) {
        ChannelConnection connection = connection();
        Outbox outbox = connection.outbox();
        connection.endRead();
        while (decoder.isHoldingBack() && !isPaused()) {
            outbox.beginBatch();
            decoder.resume();
            connection.endRead();
        }
        if (reading && isPaused()) {
            reading = false;
            ctx.channel().config().setAutoRead(false);
            LOG.debug("Paused reading from {}", ctx.channel().remoteAddress());
        }
        connection.leaveIfDone();
    }

    private void afterDrain() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        if (!reading && !isPaused()) {
            reading = true;
            ctx.channel().config().setAutoRead(true);
            LOG.debug("Reading again from {}", ctx.channel().remoteAddress());
        }
        settle(ctx);
    }

    private boolean isPaused() {
        return accepted && connection().outbox().isCongested();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            // Not here: this is called from within a flush.
            connection().outbox().planDrain();
        }
        ctx.fireChannelWritabilityChanged();
    }

    private void planIdleCheck(ChannelHandlerContext ctx, long delayNanos) {
        ctx.executor().schedule(() -> checkIdle(ctx), delayNanos, TimeUnit.NANOSECONDS);
    }

    private void checkIdle(ChannelHandlerContext ctx) {
        if (!ctx.channel().isOpen()) {
            return;
        }
        long now = System.nanoTime();
        // Bytes that the other side took since the last check are traffic too.
        long backlog = backlog(ctx.channel());
        if (backlog != backlogAtLastCheck) {
            backlogAtLastCheck = backlog;
            planIdleCheck(ctx, settings.idleTimeout().toNanos());
            return;
        }
        long idle = Math.min(now - lastReadNanos, now - connection().outbox().lastWriteNanos());
        long left = settings.idleTimeout().toNanos() - idle;
        if (left > 0) {
            planIdleCheck(ctx, left);
        } else {
            LOG.info("Closing the connection with {}: no traffic for {}", connection(), settings.idleTimeout());
            ctx.close();
        }
    }

    /**
     * Requests were not answered in time. If nothing else has come for long either, the other side may be gone without
     * a word, behind a firewall that forgot the connection for instance. Whatever else is sent would vanish until the
     * operating system gives up, which takes it a quarter of an hour; a new connection works or fails at once.
     */
    private void closeIfSilent() {
        long silentNanos = System.nanoTime() - lastReadNanos;
        if (reading && silentNanos >= settings.idleTimeout().toNanos() / SILENCE_DIVISOR) {
            String reason = "nothing came for " + TimeUnit.NANOSECONDS.toMillis(silentNanos)
                    + " ms although requests wait for their answers";
            LOG.warn("Closing the connection with {}: {}", connection(), reason);
            connection().closeBecauseOf(new IOException(reason));
        }
    }

    /** Grows and shrinks with the bytes that wait to be written. */
    private static long backlog(Channel channel) {
        return channel.bytesBeforeWritable() - channel.bytesBeforeUnwritable();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof MalformedFrameException) {
            LOG.warn(
                    "Closing the connection from {} because of a malformed frame: {}",
                    ctx.channel().remoteAddress(),
                    cause.getMessage());
        } else if (isOfTls(cause)) {
            // Behind the decoder's exception is the one that says something.
            Throwable inner = cause.getCause() == null ? cause : cause.getCause();
            LOG.warn(
                    "Closing the connection with {} because of TLS: {}",
                    ctx.channel().remoteAddress(),
                    inner.getMessage());
        } else if (cause instanceof IOException) {
            LOG.debug("The connection with {} broke", ctx.channel().remoteAddress(), cause);
        } else {
            LOG.error("Closing the connection with {}", ctx.channel().remoteAddress(), cause);
        }
        if (current == null) {
            ctx.close();
        } else {
            // The frames before the one that failed have their answers.
            current.endRead();
            current.closeBecauseOf(cause);
        }
    }

    private static boolean isOfTls(Throwable cause) {
        return cause instanceof SSLException
                || cause instanceof DecoderException && cause.getCause() instanceof SSLException;
    }

    private ChannelConnection connection() {
        ChannelConnection connection = current;
        if (connection == null) {
            throw new IllegalStateException("Used before the channel was active");
        }
        return connection;
    }
}
