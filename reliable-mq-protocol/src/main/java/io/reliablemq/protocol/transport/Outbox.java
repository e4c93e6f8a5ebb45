package io.reliablemq.protocol.transport;

import io.netty.channel.socket.SocketChannel;
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
 * for all that has gathered. Where that is cheaper, a thread writes what it has put in by itself.
 *
 * <p>Requests of this side leave only while the channel is writable and are refused when too many wait. Answers are
 * never refused: the connection stops reading requests while it {@link #isCongested()}, and a peer that lets far too
 * many answers pile up is disconnected.
 */
final class Outbox {

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    /** Requests may wait for the channel up to this many times its high-water mark. */
    private static final int WAITING_FACTOR = 8;
    /** A peer is disconnected when its unread answers take this many times the high-water mark. */
    private static final int BACKLOG_FACTOR = 16;

    /** Answers that take more are left to the event loop: waking it costs less than to keep their thread from its work. */
    private static final int DIRECT_BYTES = 16 * 1024;

    private final SocketChannel channel;
    private final int highWater;
    private final CommandEncoder encoder;
    private final FrameWriter writer;
    private final DirectWriter direct;
    private final RequestsInFlight inFlight;
    private final RequestAdmission admission;
    private final Runnable drained;

    private final Queue<Outgoing> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean drainPlanned = new AtomicBoolean();
    private final AtomicLong queuedAnswerBytes = new AtomicLong();
    private final AtomicInteger unanswered = new AtomicInteger();
    private volatile long lastWriteNanos = System.nanoTime();
    private volatile boolean leaving;

    // The rest belongs to the event loop.

    /** Out of the queue, but the channel was not writable. */
    private final Deque<Outgoing> waiting = new ArrayDeque<>();

    private boolean gathering;
    private boolean closed;

    /**
     * @param drained runs on the event loop whenever a planned drain has emptied the queue
     * @param unanswered runs there after requests of this side were not answered in time
     */
    Outbox(SocketChannel channel, TransportSettings settings, Runnable drained, Runnable unanswered) {
        this.channel = channel;
        this.highWater = settings.writeHighWater();
        this.drained = drained;
        this.encoder = new CommandEncoder(settings.maxFrameBytes());
        this.writer = new FrameWriter(channel, encoder);
        this.direct = new DirectWriter(channel, encoder);
        this.admission = new RequestAdmission(settings.maxInFlight(), (long) WAITING_FACTOR * highWater);
        this.inFlight = new RequestsInFlight(channel.eventLoop(), remote(), this::finished, unanswered);
    }

    /** Takes an answer, from any thread. */
    void put(Outgoing.Answer answer) {
        queuedAnswerBytes.addAndGet(answer.size());
        enqueue(answer);
    }

    /** Takes an answer from a thread that has no other to give, and may write it at once. */
    void putDirectly(Outgoing.Answer answer) {
        switch (writeDirectly(answer)) {
            case NOT_WRITTEN -> put(answer);
            case WRITTEN, WRITTEN_IN_PART -> answered();
            case BROKEN -> {
                answered();
                channel.close();
            }
        }
    }

    /** Takes a one-way request from a thread that has no other to send, and may write it at once. */
    void putDirectly(Outgoing.OneWay request) {
        switch (writeDirectly(request)) {
            case NOT_WRITTEN -> {
                TransportException refusal = offer(request);
                if (refusal != null) {
                    request.written().completeExceptionally(refusal);
                }
            }
            case WRITTEN -> request.written().complete(null);
            // The event loop completes it, with the rest.
            case WRITTEN_IN_PART -> {}
            case BROKEN -> {
                request.written().completeExceptionally(closedException(null));
                channel.close();
            }
        }
    }

    private DirectWriter.Outcome writeDirectly(Outgoing outgoing) {
        if (leaving || channel.eventLoop().inEventLoop()) {
            return DirectWriter.Outcome.NOT_WRITTEN;
        }
        DirectWriter.Outcome outcome = direct.write(outgoing, queue, this::planDrain);
        if (outcome != DirectWriter.Outcome.NOT_WRITTEN) {
            lastWriteNanos = System.nanoTime();
        }
        return outcome;
    }

    /** Answers were put in by a thread that is not the event loop: writes them if they are few. */
    void sendTogether() {
        if (queue.isEmpty()) {
            // The event loop or another thread came by and took them.
            return;
        }
        if (leaving || queuedAnswerBytes.get() > DIRECT_BYTES) {
            planDrain();
            return;
        }
        try {
            switch (direct.writeAnswers(queue, this::written, this::planDrain)) {
                case NOT_WRITTEN -> planDrain();
                case WRITTEN, WRITTEN_IN_PART -> lastWriteNanos = System.nanoTime();
                case BROKEN -> channel.close();
            }
        } catch (RuntimeException | Error e) {
            // Answers may be lost: their callers are to see it. The log, on the stack, has no part in it.
            LOG.error("Closing the connection with {}: its answers cannot be written", remote(), e);
            channel.close();
        }
    }

    private void written(Outgoing.Answer answer) {
        if (queuedAnswerBytes.getAndAdd(-answer.size()) >= highWater) {
            // The event loop may have stopped reading because of them.
            planDrain();
        }
        answered();
    }

    private void answered() {
        unanswered.decrementAndGet();
        if (leaving) {
            // The event loop looks whether it was the last one.
            planDrain();
        }
    }

    /** The connection is known not to be encrypted. Event loop only. */
    void allowDirectWrites() {
        direct.open();
    }

    /** The other side is known to read them. */
    void useBinaryHeaders() {
        encoder.useBinaryHeaders();
    }

    /** Whatever is sent from now on, and how, is seen by the event loop. From any thread. */
    void prepareToLeave() {
        leaving = true;
    }

    /** Takes a request or one-way request, from any thread, or says why not; the body is used up either way. */
    @Nullable
    TransportException offer(Outgoing request) {
        TransportException refusal = refusal(request);
        if (refusal == null) {
            enqueue(request);
        } else {
            request.command().body().release();
        }
        return refusal;
    }

    private @Nullable TransportException refusal(Outgoing request) {
        if (!channel.isActive() || channel.isOutputShutdown()) {
            return closedException(null);
        }
        String full = admission.admit(request.size());
        return full == null
                ? null
                : new TransportException(
                        Kind.OVERLOADED, "Too much on its way to " + remote() + ": " + full + "; send more slowly");
    }

    /** Whether so much waits to be written that no further request should be read. From any thread. */
    boolean isCongested() {
        return !channel.isWritable() || queuedAnswerBytes.get() >= highWater;
    }

    private void enqueue(Outgoing outgoing) {
        queue.add(outgoing);
        // Until the end of a batch of reads, or of what a thread sends together.
        boolean isPutOff = channel.eventLoop().inEventLoop() ? gathering : SendsTogether.putsOff(this);
        if (!isPutOff) {
            planDrain();
        }
    }

    /** Empties the queue soon. From any thread. */
    void planDrain() {
        if (drainPlanned.get() || !drainPlanned.compareAndSet(false, true)) {
            return;
        }
        try {
            channel.eventLoop().execute(this::drainAsPlanned);
        } catch (RejectedExecutionException e) {
            // The event loops have ended, and with them the owner of what is in the queue.
            rejectQueued(e);
        }
    }

    private void drainAsPlanned() {
        // Before the first look into the queue, so that whatever comes later plans anew.
        drainPlanned.set(false);
        drain();
        drained.run();
    }

    /** Leaves what the event loop puts in from now on in the queue until {@link #endBatch()}. Event loop only. */
    void beginBatch() {
        gathering = true;
    }

    /** Whether what is put in waits for {@link #endBatch()}. Event loop only. */
    boolean isGathering() {
        return gathering;
    }

    /** Empties the queue. Event loop only. */
    void endBatch() {
        gathering = false;
        drain();
    }

    /**
     * Empties the queue, and hands it to the operating system. Event loop only.
     *
     * @return false if another thread writes at this moment, after which the event loop is called for the rest
     */
    boolean drain() {
        if (!direct.takeForLoop()) {
            return false;
        }
        boolean wrote = writeRest() | writeWaiting();
        for (Outgoing next = queue.poll(); next != null; next = queue.poll()) {
            wrote |= take(next);
        }
        if (wrote) {
            writer.flush();
            lastWriteNanos = System.nanoTime();
            disconnectIfHopeless();
        }
        if (waiting.isEmpty()) {
            direct.leaveLoop();
        }
        return true;
    }

    /** What another thread began to write. */
    private boolean writeRest() {
        DirectWriter.Rest rest = direct.takeRest();
        if (rest == null) {
            return false;
        }
        if (closed) {
            reject(rest, null);
            return false;
        }
        writer.add(rest);
        return true;
    }

    /** Whether anything was written. */
    private boolean take(Outgoing outgoing) {
        if (outgoing instanceof Outgoing.Answer answer) {
            queuedAnswerBytes.addAndGet(-answer.size());
            unanswered.decrementAndGet();
            return writeAnswer(answer.command());
        }
        if (closed) {
            reject(outgoing, closedException(null));
            return false;
        }
        if (outgoing instanceof Outgoing.Request request) {
            inFlight.add(request);
        }
        if (waiting.isEmpty() && channel.isWritable()) {
            return writeRequest(outgoing);
        }
        waiting.add(outgoing);
        return false;
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
            LOG.warn("{} gets an error instead of an answer: {}", remote(), e.getMessage());
            writeInstead(answer, e);
        } catch (RuntimeException e) {
            LOG.error("{} gets an error instead of an answer that could not be encoded", remote(), e);
            writeInstead(answer, e);
        }
        return true;
    }

    private void writeInstead(Command answer, RuntimeException failure) {
        String text = String.valueOf(failure.getMessage());
        writer.add(Command.failure(ResponseCode.SYSTEM_ERROR, text).withCorrelationId(answer.correlationId()), null);
    }

    private boolean writeRequest(Outgoing outgoing) {
        admission.left(outgoing.size());
        try {
            if (outgoing instanceof Outgoing.Request request) {
                return writeRequest(request);
            }
            admission.finished();
            writer.add(outgoing.command(), outgoing instanceof Outgoing.OneWay oneWay ? oneWay.written() : null);
            return true;
        } catch (RuntimeException e) {
            fail(outgoing, e);
            return false;
        }
    }

    private boolean writeRequest(Outgoing.Request request) {
        if (!inFlight.contains(request)) {
            // It timed out while it waited, and kept its place in the count until now.
            admission.finished();
            request.command().body().release();
            return false;
        }
        request.markWritten();
        writer.add(request.command().withCorrelationId(request.correlationId()), null);
        return true;
    }

    private void finished(Outgoing.Request request) {
        if (request.wasWritten()) {
            admission.finished();
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
        outgoing.command().body().release();
        fail(outgoing, cause);
    }

    private void reject(DirectWriter.Rest rest, @Nullable Throwable cause) {
        rest.bytes().release();
        if (rest.written() != null) {
            rest.written().completeExceptionally(closedException(cause));
        }
    }

    private void rejectQueued(@Nullable Throwable cause) {
        DirectWriter.Rest rest = direct.takeRest();
        if (rest != null) {
            reject(rest, cause);
        }
        for (Outgoing next = queue.poll(); next != null; next = queue.poll()) {
            reject(next, closedException(cause));
        }
    }

    private void disconnectIfHopeless() {
        long backlog = channel.bytesBeforeWritable();
        // A channel that is closed already counts as hopelessly behind.
        if (channel.isActive() && backlog > (long) BACKLOG_FACTOR * highWater) {
            LOG.warn(
                    "Closing the connection with {}: it does not read its answers, {} bytes wait to be written",
                    remote(),
                    backlog);
            channel.close();
        }
    }

    /** Counts a request of the other side that will be answered. Event loop only, as everything below. */
    void expectAnswer() {
        unanswered.incrementAndGet();
    }

    /** Whether every request of the other side was answered. */
    boolean owesNothing() {
        return unanswered.get() == 0;
    }

    /** Whether no request of this side is under way. */
    boolean awaitsNothing() {
        return inFlight.isEmpty() && waiting.isEmpty() && queue.isEmpty();
    }

    long lastWriteNanos() {
        return lastWriteNanos;
    }

    /** Hands an answer to the request it belongs to; false if none waits for it. */
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
        return new TransportException(Kind.CONNECTION_CLOSED, "The connection to " + remote() + " is closed", cause);
    }

    private String remote() {
        return String.valueOf(channel.remoteAddress());
    }
}
