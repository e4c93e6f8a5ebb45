package io.reliablemq.protocol.transport;

import io.netty.channel.Channel;
import io.reliablemq.protocol.codec.CommandEncoder;
import io.reliablemq.protocol.codec.FrameTooLargeException;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.transport.TransportException.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one connection has to send: any thread puts it in, the event loop empties it into the channel and flushes once
 * for all that has gathered.
 *
 * <p>Bounds: requests of this side are counted and their waiting bytes limited; beyond that they are refused. They
 * leave only while the channel is writable. Answers are never refused: the connection stops reading requests while it
 * {@link #isCongested()}, and a peer that lets far too many answers pile up is disconnected.
 */
final class Outbox {

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    /** Requests may wait for the channel up to this many times its high-water mark. */
    private static final int WAITING_FACTOR = 8;
    /** A peer is disconnected when its unread answers take this many times the high-water mark. */
    private static final int BACKLOG_FACTOR = 16;

    private final Channel channel;
    private final TransportSettings settings;
    private final FrameWriter writer;
    private final RequestsInFlight inFlight;
    private final Runnable drained;

    private final Queue<Outgoing> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean drainPlanned = new AtomicBoolean();
    /** Bytes of answers in the queue. */
    private final AtomicLong answerBytes = new AtomicLong();
    /** Requests of this side that were taken in and are not finished. */
    private final AtomicInteger admitted = new AtomicInteger();
    /** Bytes of requests of this side that are not written yet. */
    private final AtomicLong waitingBytes = new AtomicLong();

    // The rest belongs to the event loop.

    /** Out of the queue, but the channel was not writable. */
    private final Deque<Outgoing> waiting = new ArrayDeque<>();

    private boolean gathering;
    private boolean closed;
    private int unanswered;
    private long lastWriteNanos = System.nanoTime();

    /** @param drained runs on the event loop whenever the queue has been emptied */
    Outbox(Channel channel, TransportSettings settings, Runnable drained) {
        this.channel = channel;
        this.settings = settings;
        this.drained = drained;
        this.writer = new FrameWriter(channel, new CommandEncoder(settings.maxFrameBytes()));
        this.inFlight =
                new RequestsInFlight(channel.eventLoop(), String.valueOf(channel.remoteAddress()), this::finished);
    }

    /** Takes an answer, from any thread. */
    void put(Outgoing.Answer answer) {
        answerBytes.addAndGet(answer.size());
        enqueue(answer);
    }

    /** Takes a request or one-way request, from any thread, or says why not; the body is used up either way. */
    @Nullable
    TransportException offer(Outgoing request) {
        TransportException refusal = admit(request.size());
        if (refusal == null) {
            enqueue(request);
        } else {
            request.command().body().release();
        }
        return refusal;
    }

    /** Whether so much waits to be written that no further request should be read. From any thread. */
    boolean isCongested() {
        return !channel.isWritable() || answerBytes.get() >= settings.writeHighWater();
    }

    private @Nullable TransportException admit(int size) {
        if (!channel.isActive()) {
            return closedException(null);
        }
        if (admitted.incrementAndGet() > settings.maxInFlight()) {
            admitted.decrementAndGet();
            return overloaded(settings.maxInFlight() + " requests are in flight already");
        }
        long before = waitingBytes.getAndAdd(size);
        if (before >= (long) WAITING_FACTOR * settings.writeHighWater()) {
            waitingBytes.addAndGet(-size);
            admitted.decrementAndGet();
            return overloaded(before + " bytes of requests wait to be written already");
        }
        return null;
    }

    private void enqueue(Outgoing outgoing) {
        queue.add(outgoing);
        if (gathersHere()) {
            return;
        }
        planDrain();
    }

    /** Within a batch of reads the loop itself empties the queue at the end. */
    private boolean gathersHere() {
        return channel.eventLoop().inEventLoop() && gathering;
    }

    /** Empties the queue soon. From any thread. */
    void planDrain() {
        if (drainPlanned.get() || !drainPlanned.compareAndSet(false, true)) {
            return;
        }
        try {
            channel.eventLoop().execute(this::drainAsPlanned);
        } catch (RejectedExecutionException e) {
            // The event loops have ended, and with them the owner of the rest.
            rejectQueued(e);
        }
    }

    private void drainAsPlanned() {
        // Before the first look into the queue, so that what comes later plans anew.
        drainPlanned.set(false);
        drain();
        drained.run();
    }

    /** Leaves what is put in by this thread in the queue until {@link #endBatch()}. Event loop only. */
    void beginBatch() {
        gathering = true;
    }

    void endBatch() {
        gathering = false;
        drain();
    }

    private void drain() {
        boolean wrote = writeWaiting();
        for (Outgoing next = queue.poll(); next != null; next = queue.poll()) {
            wrote |= take(next);
        }
        if (wrote) {
            writer.flush();
            lastWriteNanos = System.nanoTime();
            disconnectIfHopeless();
        }
    }

    private boolean take(Outgoing outgoing) {
        if (outgoing instanceof Outgoing.Answer answer) {
            answerBytes.addAndGet(-answer.size());
            unanswered--;
            return writeAnswer(answer.command());
        }
        if (closed) {
            reject(outgoing, closedException(null));
            return false;
        }
        if (outgoing instanceof Outgoing.Request request) {
            inFlight.add(request);
        }
        if (!waiting.isEmpty() || !channel.isWritable()) {
            waiting.add(outgoing);
            return false;
        }
        return writeRequest(outgoing);
    }

    private boolean writeWaiting() {
        boolean wrote = false;
        while (!waiting.isEmpty() && channel.isWritable()) {
            wrote |= writeRequest(waiting.remove());
        }
        return wrote;
    }

    private boolean writeAnswer(Command answer) {
        if (closed) {
            answer.body().release();
            return false;
        }
        try {
            writer.add(answer, null);
        } catch (FrameTooLargeException e) {
            LOG.warn("Answering an error to {} instead: {}", channel.remoteAddress(), e.getMessage());
            writer.add(
                    Command.failure(ResponseCode.SYSTEM_ERROR, String.valueOf(e.getMessage()))
                            .withCorrelationId(answer.correlationId()),
                    null);
        }
        return true;
    }

    private boolean writeRequest(Outgoing outgoing) {
        waitingBytes.addAndGet(-outgoing.size());
        try {
            if (outgoing instanceof Outgoing.Request request) {
                return writeRequest(request);
            }
            admitted.decrementAndGet();
            if (outgoing instanceof Outgoing.OneWay oneWay) {
                writer.add(oneWay.command(), oneWay.written());
            }
            return true;
        } catch (FrameTooLargeException e) {
            fail(outgoing, e);
            return false;
        }
    }

    private boolean writeRequest(Outgoing.Request request) {
        if (!inFlight.contains(request)) {
            // Timed out while it waited.
            admitted.decrementAndGet();
            request.command().body().release();
            return false;
        }
        request.markWritten();
        writer.add(request.command().withCorrelationId(request.correlationId()), null);
        return true;
    }

    private void finished(Outgoing.Request request) {
        // One that is still to be written keeps its place in the count until it leaves the deque.
        if (request.wasWritten()) {
            admitted.decrementAndGet();
        }
    }

    private void fail(Outgoing outgoing, RuntimeException cause) {
        if (outgoing instanceof Outgoing.Request request) {
            inFlight.fail(request, cause);
            request.answer().completeExceptionally(cause);
        } else if (outgoing instanceof Outgoing.OneWay oneWay) {
            oneWay.written().completeExceptionally(cause);
        }
    }

    private void reject(Outgoing outgoing, TransportException cause) {
        fail(outgoing, cause);
        outgoing.command().body().release();
    }

    private void rejectQueued(@Nullable Throwable cause) {
        for (Outgoing next = queue.poll(); next != null; next = queue.poll()) {
            reject(next, closedException(cause));
        }
    }

    private void disconnectIfHopeless() {
        long backlog = channel.bytesBeforeWritable();
        if (backlog > (long) BACKLOG_FACTOR * settings.writeHighWater()) {
            LOG.warn(
                    "Closing the connection to {}: it does not read its answers, {} bytes wait to be written",
                    channel.remoteAddress(),
                    backlog);
            channel.close();
        }
    }

    /** Counts a request of the other side that will be answered. */
    void expectAnswer() {
        unanswered++;
    }

    /** Requests of the other side that were not answered yet. */
    int unanswered() {
        return unanswered;
    }

    /** Whether no request of this side waits to be written or answered. */
    boolean hasNothingInFlight() {
        return inFlight.isEmpty() && waiting.isEmpty() && queue.isEmpty();
    }

    long lastWriteNanos() {
        return lastWriteNanos;
    }

    /** An answer came in; false if no request waits for it. */
    boolean complete(Command answer) {
        return inFlight.complete(answer);
    }

    /** The channel is closed: everything fails, now and later. */
    void close(@Nullable Throwable cause) {
        closed = true;
        inFlight.failAll(cause);
        for (Outgoing next = waiting.poll(); next != null; next = waiting.poll()) {
            reject(next, closedException(cause));
        }
        drain();
    }

    private TransportException closedException(@Nullable Throwable cause) {
        return new TransportException(
                Kind.CONNECTION_CLOSED, "The connection to " + channel.remoteAddress() + " is closed", cause);
    }

    private TransportException overloaded(String reason) {
        return new TransportException(
                Kind.OVERLOADED,
                "Too much on its way to " + channel.remoteAddress() + ": " + reason + "; send more slowly");
    }
}
