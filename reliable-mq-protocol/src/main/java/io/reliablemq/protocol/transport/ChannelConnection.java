package io.reliablemq.protocol.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.reliablemq.protocol.codec.PooledBody;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection over a Netty channel. What it sends goes through its {@link Outbox}. */
final class ChannelConnection implements Connection {

    private static final Logger LOG = LoggerFactory.getLogger(ChannelConnection.class);

    private final Channel channel;
    private final InetSocketAddress remoteAddress;
    private final Outbox outbox;
    /** Event loop only: close once nothing is owed to the other side any more. */
    private boolean closeWhenAnswered;
    /** Event loop only: close once the other side owes nothing any more. */
    private boolean closeWhenIdle;

    ChannelConnection(Channel channel, TransportSettings settings, Runnable drained) {
        this.channel = channel;
        this.remoteAddress = (InetSocketAddress) channel.remoteAddress();
        this.outbox = new Outbox(channel, settings, drained);
        channel.closeFuture().addListener(closed -> outbox.close(closed.cause()));
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public boolean isOpen() {
        return channel.isActive();
    }

    @Override
    public CompletableFuture<Command> invoke(Command request, Duration timeout) {
        var outgoing = new Outgoing.Request(request, System.nanoTime() + timeout.toNanos());
        TransportException refusal = outbox.offer(outgoing);
        return refusal == null ? outgoing.answer() : CompletableFuture.failedFuture(refusal);
    }

    @Override
    public CompletableFuture<Void> sendOneWay(Command request) {
        var outgoing = new Outgoing.OneWay(request.asOneWay(), new CompletableFuture<>());
        TransportException refusal = outbox.offer(outgoing);
        return refusal == null ? outgoing.written() : CompletableFuture.failedFuture(refusal);
    }

    @Override
    public void onClose(Runnable action) {
        channel.closeFuture().addListener(closed -> runGuarded(action));
    }

    @Override
    public void execute(Runnable action) {
        channel.eventLoop().execute(() -> runGuarded(action));
    }

    @Override
    public void close() {
        channel.close();
    }

    Outbox outbox() {
        return outbox;
    }

    /** Sends an answer to a request of the other side, from any thread. */
    void answer(Command answer) {
        outbox.put(new Outgoing.Answer(answer));
    }

    Body allocate(int size) {
        return PooledBody.allocate(channel.alloc(), size);
    }

    /** Closes as soon as every request that came in is answered and the answers are written. */
    void closeWhenAnswered() {
        execute(() -> {
            closeWhenAnswered = true;
            channel.config().setAutoRead(false);
            closeIfDone();
        });
    }

    /** Closes as soon as every request that was sent is answered. */
    void closeWhenIdle() {
        execute(() -> {
            closeWhenIdle = true;
            closeIfDone();
        });
    }

    /** Whether requests that come in now are left alone because the connection is about to close. Event loop only. */
    boolean isClosing() {
        return closeWhenAnswered;
    }

    /** Carries out a close that was put off. Event loop only, after anything was sent or received. */
    void closeIfDone() {
        if (closeWhenAnswered && outbox.unanswered() == 0 || closeWhenIdle && outbox.hasNothingInFlight()) {
            // Behind everything that was written before.
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void runGuarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("An action on the connection to {} failed", remoteAddress, e);
        }
    }

    @Override
    public String toString() {
        return String.valueOf(remoteAddress);
    }
}
