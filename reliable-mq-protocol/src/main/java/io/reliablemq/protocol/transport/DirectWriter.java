package io.reliablemq.protocol.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.SocketChannel;
import io.reliablemq.protocol.codec.CommandEncoder;
import io.reliablemq.protocol.codec.PooledBody;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way past the event loop, for single frames and a few answers: to wake a loop costs several times what the write costs.
 *
 * <p>Only on sockets of {@link DirectSocketChannel} that are not encrypted, and only while the event loop has nothing to
 * write to them.
 */
final class DirectWriter {

    private static final Logger LOG = LoggerFactory.getLogger(DirectWriter.class);

    private final SocketChannel channel;
    private final WriteTurn turn = new WriteTurn();

    /** That of the event loop too; belongs to whoever has the turn. */
    private final CommandEncoder encoder;

    /** What the operating system did not take of the last frames; belongs to whoever has the turn. */
    private final AtomicReference<@Nullable Rest> rest = new AtomicReference<>();

    /** Null while, or where, this way is not open. */
    private volatile java.nio.channels.@Nullable SocketChannel socket;

    /** @param written completes once it is with the operating system; null if nobody wants to know */
    record Rest(ByteBuf bytes, @Nullable CompletableFuture<Void> written) {}

    /** How a write on the calling thread ended. */
    enum Outcome {
        /** Nothing happened: the event loop is to write what there is. */
        NOT_WRITTEN,
        WRITTEN,
        /** Some of it, and the event loop is to be called for the rest. */
        WRITTEN_IN_PART,
        /** The connection is broken. */
        BROKEN
    }

    DirectWriter(SocketChannel channel, CommandEncoder encoder) {
        this.channel = channel;
        this.encoder = encoder;
    }

    /** The connection is known to be a plain one. Event loop only. */
    void open() {
        if (channel instanceof DirectSocketChannel direct) {
            socket = direct.socket();
        }
    }

    /** Whether the event loop may write; if not, it is called once it may. Event loop only. */
    boolean takeForLoop() {
        return turn.takeForLoop();
    }

    /** Lets others write, if nothing is left that was written by the event loop, which alone may call this. */
    void leaveLoop() {
        ChannelOutboundBuffer left = channel.unsafe().outboundBuffer();
        if (left == null || left.isEmpty()) {
            turn.leaveLoop();
        }
    }

    /** What has to be written before anything else. For the event loop, if it has the turn; at the end for anybody. */
    @Nullable
    Rest takeRest() {
        return rest.getAndSet(null);
    }

    /**
     * Writes a frame on the calling thread, which is not the event loop. Its body is used up unless it was not written.
     *
     * @param queue what has to go before it, if anything
     * @param callLoop called if the event loop has something to write behind it
     */
    Outcome write(Outgoing outgoing, Queue<Outgoing> queue, Runnable callLoop) {
        java.nio.channels.SocketChannel open = socket;
        if (open == null || !turn.takeForOther()) {
            return Outcome.NOT_WRITTEN;
        }
        Outcome outcome = Outcome.NOT_WRITTEN;
        try {
            if (queue.isEmpty()) {
                outcome = write(outgoing, open);
            }
        } finally {
            leave(outcome, false, callLoop);
        }
        return outcome;
    }

    /**
     * Writes the answers at the head of the queue on the calling thread, which is not the event loop.
     *
     * @param taken called for each answer that is out of the queue
     * @param callLoop called if the event loop has something to write behind them
     */
    Outcome writeAnswers(Queue<Outgoing> queue, Consumer<Outgoing.Answer> taken, Runnable callLoop) {
        java.nio.channels.SocketChannel open = socket;
        if (open == null || !turn.takeForOther()) {
            return Outcome.NOT_WRITTEN;
        }
        Outcome outcome = Outcome.NOT_WRITTEN;
        try {
            outcome = writeAnswers(queue, taken, open);
        } finally {
            leave(outcome, !queue.isEmpty(), callLoop);
        }
        return outcome;
    }

    private Outcome writeAnswers(
            Queue<Outgoing> queue, Consumer<Outgoing.Answer> taken, java.nio.channels.SocketChannel open) {
        Outcome outcome = Outcome.NOT_WRITTEN;
        ByteBuf frames = channel.alloc().directBuffer(FrameWriter.FIRST_BYTES);
        try {
            takeAnswers(queue, taken, frames);
            if (frames.isReadable()) {
                outcome = write(frames, null, open);
            }
        } finally {
            if (outcome != Outcome.WRITTEN_IN_PART) {
                frames.release();
            }
        }
        return outcome;
    }

    /** Small ones only, as many as fit; the event loop knows what to do with one that cannot be encoded. */
    private void takeAnswers(Queue<Outgoing> queue, Consumer<Outgoing.Answer> taken, ByteBuf frames) {
        while (queue.peek() instanceof Outgoing.Answer answer
                && answer.size() < FrameWriter.KEEP_APART_BYTES
                && frames.readableBytes() < FrameWriter.BATCH_BYTES) {
            Body body = answer.command().body();
            int head;
            try {
                head = encoder.prepare(answer.command());
            } catch (RuntimeException e) {
                return;
            }
            frames.ensureWritable(head + body.size());
            if (!queue.remove(answer)) {
                // Rejected meanwhile, since the event loops have ended.
                return;
            }
            taken.accept(answer);
            encoder.writeHead(frames);
            frames.writeBytes(body.buffer());
            body.release();
        }
    }

    /** Gives the turn back. @param more whether the event loop is to be called in any case */
    private void leave(Outcome outcome, boolean more, Runnable callLoop) {
        if (outcome == Outcome.WRITTEN_IN_PART) {
            turn.passToLoop();
            callLoop.run();
        } else if (turn.leaveOther() || more) {
            callLoop.run();
        }
    }

    private Outcome write(Outgoing outgoing, java.nio.channels.SocketChannel open) {
        Command command = outgoing.command();
        int head;
        try {
            head = encoder.prepare(command);
        } catch (RuntimeException e) {
            // Too large, for instance. The event loop meets it too, and knows what to send instead.
            return Outcome.NOT_WRITTEN;
        }
        ByteBuf frame = frame(command.body(), head);
        Outcome outcome = write(frame, outgoing instanceof Outgoing.OneWay oneWay ? oneWay.written() : null, open);
        if (outcome != Outcome.WRITTEN_IN_PART) {
            frame.release();
        }
        return outcome;
    }

    /** The body is used up. */
    private ByteBuf frame(Body body, int headBytes) {
        if (body instanceof PooledBody pooled && body.size() >= FrameWriter.KEEP_APART_BYTES) {
            ByteBuf head = channel.alloc().directBuffer(headBytes);
            encoder.writeHead(head);
            return Unpooled.wrappedBuffer(head, pooled.content());
        }
        ByteBuf frame = channel.alloc().directBuffer(headBytes + body.size());
        encoder.writeHead(frame);
        frame.writeBytes(body.buffer());
        body.release();
        return frame;
    }

    /** @param written completes with what is left over for the event loop, which then owns the buffer */
    private Outcome write(
            ByteBuf frame, @Nullable CompletableFuture<Void> written, java.nio.channels.SocketChannel socket) {
        try {
            ByteBuffer[] bytes = frame.nioBuffers();
            frame.skipBytes(Math.toIntExact(bytes.length == 1 ? socket.write(bytes[0]) : socket.write(bytes)));
            if (!frame.isReadable()) {
                return Outcome.WRITTEN;
            }
            rest.set(new Rest(frame, written));
            return Outcome.WRITTEN_IN_PART;
        } catch (IOException e) {
            LOG.debug("The connection with {} broke", socket, e);
            return Outcome.BROKEN;
        }
    }
}
