package io.reliablemq.protocol.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.reliablemq.protocol.codec.PooledBody;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection over a Netty channel. What it sends goes through its {@link Outbox}. */
final class ChannelConnection implements Connection {

    private static final Logger LOG = LoggerFactory.getLogger(ChannelConnection.class);

    private final SocketChannel channel;
    private final InetSocketAddress remoteAddress;
    private final Outbox outbox;

    /** Whether this side closes, and not the other. */
    private volatile boolean closing;

    // The rest belongs to the event loop.

    /** To be done once what was read together is handled, each of them once. */
    private final Set<Runnable> afterRead = new LinkedHashSet<>();

    private boolean heard;
    private boolean leaving;
    private boolean closeWhenAnswered;
    private boolean closeWhenIdle;
    private @Nullable Throwable failure;

    ChannelConnection(SocketChannel channel, TransportSettings settings, Runnable drained, Runnable unanswered) {
        this.channel = channel;
        this.remoteAddress = channel.remoteAddress();
        this.outbox = new Outbox(channel, settings, drained, unanswered);
        channel.closeFuture().addListener(closed -> outbox.close(reasonOfClose()));
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public boolean isOpen() {
        return channel.isActive() && !channel.isOutputShutdown();
    }

    @Override
    public CompletableFuture<Command> invoke(Command request, Duration timeout) {
        return invokeUntil(request, System.nanoTime() + timeout.toNanos());
    }

    /** @param deadlineNanos of {@link System#nanoTime()} */
    CompletableFuture<Command> invokeUntil(Command request, long deadlineNanos) {
        var outgoing = new Outgoing.Request(request, deadlineNanos);
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
    public CompletableFuture<Void> sendOneWayDirectly(Command request) {
        if (!isOpen()) {
            return sendOneWay(request);
        }
        var outgoing = new Outgoing.OneWay(request.asOneWay(), new CompletableFuture<>());
        outbox.putDirectly(outgoing);
        return outgoing.written();
    }

    @Override
    public void onClose(Runnable action) {
        if (channel.eventLoop().isShutdown()) {
            // The event loop closed the channel before it ended; it tells nobody any more.
            runGuarded(action);
            return;
        }
        channel.closeFuture().addListener(closed -> runGuarded(action));
    }

    @Override
    public void execute(Runnable action) {
        channel.eventLoop().execute(() -> runGuarded(action));
    }

    @Override
    public void afterRead(Runnable action) {
        if (channel.eventLoop().inEventLoop() && outbox.isGathering()) {
            afterRead.add(action);
        } else {
            action.run();
        }
    }

    @Override
    public void flush() {
        if (channel.eventLoop().inEventLoop()) {
            while (!outbox.drain()) {
                // Another thread is in the middle of a write that waits for nothing.
                Thread.yield();
            }
        }
    }

    /** What came in together is handled: runs what was put off, and sends what that has caused. Event loop only. */
    void endRead() {
        if (!afterRead.isEmpty()) {
            List<Runnable> actions = List.copyOf(afterRead);
            afterRead.clear();
            actions.forEach(this::runGuarded);
        }
        outbox.endBatch();
    }

    @Override
    public void close() {
        closing = true;
        channel.close();
    }

    Outbox outbox() {
        return outbox;
    }

    /** Sends an answer to a request of the other side, from any thread. */
    void answer(Command answer) {
        outbox.put(new Outgoing.Answer(answer));
    }

    /** As {@link #answer}, from a thread that has no other answer to give, and may write this one itself. */
    void answerDirectly(Command answer) {
        outbox.putDirectly(new Outgoing.Answer(answer));
    }

    Body allocate(int size) {
        return PooledBody.allocate(channel.alloc(), size);
    }

    /** Something came from the other side. Event loop only. */
    void heardFrom() {
        if (!heard) {
            heard = true;
            if (channel.pipeline().get(SslHandler.class) == null) {
                outbox.allowDirectWrites();
            }
        }
    }

    /** What requests in flight are told; a server that enforces TLS has no words for those who do not use it. */
    private @Nullable Throwable reasonOfClose() {
        if (failure != null || heard || closing || leaving) {
            return failure;
        }
        String hint = channel.pipeline().get(SslHandler.class) == null
                ? "; if TLS is enforced there, this side has to use it"
                : "; if it asks for a certificate, this side has to show one that it trusts";
        return new IOException("the other side closed it without a single word" + hint);
    }

    /** Closes because of the failure, which requests in flight are told. Event loop only. */
    void closeBecauseOf(Throwable cause) {
        failure = cause;
        closing = true;
        channel.close();
    }

    /** Takes no request any more and says good-bye once every one that came in is answered. From any thread. */
    void closeWhenAnswered() {
        outbox.prepareToLeave();
        executeIfOpen(() -> {
            closeWhenAnswered = true;
            leaveIfDone();
        });
    }

    /** Says good-bye once every request that was sent is answered. From any thread. */
    void closeWhenIdle() {
        outbox.prepareToLeave();
        executeIfOpen(() -> {
            closeWhenIdle = true;
            leaveIfDone();
        });
    }

    /** Says good-bye once what was put in before is written. From any thread. */
    void closeWhenWritten() {
        outbox.prepareToLeave();
        outbox.planDrain();
        executeIfOpen(this::leave);
    }

    private void executeIfOpen(Runnable action) {
        try {
            execute(action);
        } catch (RejectedExecutionException e) {
            LOG.debug("The connection with {} was closed with its event loop", remoteAddress, e);
        }
    }

    /** Whether requests that come in are dropped because the connection is about to close. Event loop only. */
    boolean takesNoRequests() {
        return closeWhenAnswered || leaving;
    }

    /** Carries out a close that was put off. Event loop only, after anything was sent or received. */
    void leaveIfDone() {
        if (closeWhenAnswered && outbox.owesNothing() || closeWhenIdle && outbox.awaitsNothing()) {
            leave();
        }
    }

    /**
     * Ends the sending direction; the other side then closes. Closing at once would, if bytes were left unread here,
     * make the other side throw away what it has not read yet.
     */
    private void leave() {
        if (!leaving) {
            leaving = true;
            // What another thread has begun to write goes first.
            flush();
            SslHandler encrypting = channel.pipeline().get(SslHandler.class);
            ChannelFuture written =
                    encrypting == null ? channel.writeAndFlush(Unpooled.EMPTY_BUFFER) : encrypting.closeOutbound();
            written.addListener(done -> channel.shutdownOutput());
        }
    }

    private void runGuarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("An action on the connection with {} failed", remoteAddress, e);
        }
    }

    @Override
    public String toString() {
        return String.valueOf(remoteAddress);
    }
}
