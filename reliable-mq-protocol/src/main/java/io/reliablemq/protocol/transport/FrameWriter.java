package io.reliablemq.protocol.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.reliablemq.protocol.codec.CommandEncoder;
import io.reliablemq.protocol.codec.FrameTooLargeException;
import io.reliablemq.protocol.codec.PooledBody;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Gathers frames into few buffers and writes those to the channel: many small frames share one buffer and one system
 * call, a large pooled body goes out without a copy. Owned by the event loop while it has the {@link WriteTurn}.
 */
final class FrameWriter {

    static final int BATCH_BYTES = 32 * 1024;
    static final int FIRST_BYTES = 1024;
    /** From this size on, a system call with two buffers is cheaper than the copy. */
    static final int KEEP_APART_BYTES = 4 * 1024;

    private final Channel channel;
    private final CommandEncoder encoder;
    private final List<CompletableFuture<Void>> writtenWithBatch = new ArrayList<>();
    private @Nullable ByteBuf batch;

    /** What the last batch came to: a buffer that grows is copied each time. */
    private int likelyBytes = FIRST_BYTES;

    FrameWriter(Channel channel, CommandEncoder encoder) {
        this.channel = channel;
        this.encoder = encoder;
    }

    /**
     * Adds a frame; it is sent by {@link #flush()}. The body is used up, also if this fails.
     *
     * @param written completes once the frame was handed to the operating system
     * @throws FrameTooLargeException if it does not fit into a frame
     */
    void add(Command command, @Nullable CompletableFuture<Void> written) {
        Body body = command.body();
        int head;
        try {
            head = encoder.prepare(command);
        } catch (RuntimeException e) {
            body.release();
            throw e;
        }
        if (written != null) {
            writtenWithBatch.add(written);
        }
        if (body instanceof PooledBody pooled && body.size() >= KEEP_APART_BYTES) {
            encoder.writeHead(roomFor(head));
            writeBatch(pooled.content());
        } else {
            ByteBuf out = roomFor(head + body.size());
            encoder.writeHead(out);
            if (body.size() > 0) {
                out.writeBytes(body.buffer());
            }
            body.release();
        }
    }

    /** Adds what another thread has left of a frame; nothing else was added since the last {@link #flush()}. */
    void add(DirectWriter.Rest rest) {
        if (rest.written() != null) {
            writtenWithBatch.add(rest.written());
        }
        writeBatch(rest.bytes());
    }

    /** Hands everything that was added to the operating system, as far as it takes it. */
    void flush() {
        writeBatch(null);
        channel.flush();
    }

    private ByteBuf roomFor(int bytes) {
        ByteBuf current = batch;
        if (current != null && current.readableBytes() + bytes > BATCH_BYTES) {
            // Frames that wait for the rest of the batch are on their way with what follows.
            likelyBytes = BATCH_BYTES;
            channel.write(current, channel.voidPromise());
            current = null;
        }
        if (current == null) {
            current = channel.alloc().directBuffer(Math.max(bytes, likelyBytes));
            batch = current;
        }
        return current;
    }

    /** Writes the gathered frames, and behind them a body that was kept apart. */
    private void writeBatch(@Nullable ByteBuf apart) {
        ByteBuf head = batch;
        batch = null;
        if (head != null) {
            likelyBytes = Math.max(FIRST_BYTES, Math.min(BATCH_BYTES, head.readableBytes()));
        }
        ByteBuf last = apart == null ? head : apart;
        if (last == null) {
            return;
        }
        if (apart != null && head != null) {
            channel.write(head, channel.voidPromise());
        }
        if (writtenWithBatch.isEmpty()) {
            channel.write(last, channel.voidPromise());
            return;
        }
        List<CompletableFuture<Void>> futures = List.copyOf(writtenWithBatch);
        writtenWithBatch.clear();
        ChannelFuture write = channel.write(last);
        write.addListener(done -> futures.forEach(future -> complete(future, done.cause())));
    }

    private void complete(CompletableFuture<Void> written, @Nullable Throwable failure) {
        if (failure == null) {
            written.complete(null);
        } else {
            written.completeExceptionally(new TransportException(
                    TransportException.Kind.CONNECTION_CLOSED,
                    "The connection to " + channel.remoteAddress() + " broke while a one-way request was written",
                    failure));
        }
    }
}
