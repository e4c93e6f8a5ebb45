package io.reliablemq.protocol.transport;

import io.netty.channel.EventLoop;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.transport.TransportException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection that wait for their answers, by correlation id.
 *
 * <p>Owned by the connection's event loop. Time-outs are found by one sweep at the earliest deadline, not by a timer a
 * request, because nearly all requests are answered in time.
 */
final class RequestsInFlight {

    /** A sweep looks at every request, so it must not run for each of them. */
    private static final long MIN_SWEEP_GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /**
     * Numbers side by side would lie side by side in the map, where removing one means looking at all behind it; with gaps of two,
     * and the map half full at the most, there are two of them at the most.
     */
    private static final int STRIDE = 3;

    private final EventLoop loop;
    private final String remote;
    private final Consumer<Outgoing.Request> finished;
    private final Runnable unanswered;
    private final IntObjectMap<Outgoing.Request> waiting = new IntObjectHashMap<>();
    private int lastId;
    private long nextSweepNanos;
    private boolean sweepPlanned;

    /**
     * @param remote the other side, for the text of errors
     * @param finished told of each request that leaves, before its future completes
     * @param unanswered runs after requests that were written have timed out
     */
    RequestsInFlight(EventLoop loop, String remote, Consumer<Outgoing.Request> finished, Runnable unanswered) {
        this.loop = loop;
        this.remote = remote;
        this.finished = finished;
        this.unanswered = unanswered;
    }

    /** Takes the request in and gives it its correlation id. */
    void add(Outgoing.Request request) {
        do {
            lastId += STRIDE;
        } while (waiting.containsKey(lastId));
        request.giveCorrelationId(lastId);
        waiting.put(lastId, request);
        planSweep(request.deadlineNanos());
    }

    boolean contains(Outgoing.Request request) {
        return waiting.get(request.correlationId()) == request;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Completes the request that the answer belongs to; false if none waits for it (any more). */
    boolean complete(Command answer) {
        Outgoing.Request request = waiting.remove(answer.correlationId());
        if (request == null) {
            return false;
        }
        finished.accept(request);
        request.answer().complete(answer);
        return true;
    }

    void fail(Outgoing.Request request, RuntimeException cause) {
        if (contains(request)) {
            waiting.remove(request.correlationId());
            finished.accept(request);
            request.answer().completeExceptionally(cause);
        }
    }

    void failAll(@Nullable Throwable cause) {
        for (Outgoing.Request request : List.copyOf(waiting.values())) {
            fail(request, closed(request, cause));
        }
    }

    private TransportException closed(Outgoing.Request request, @Nullable Throwable cause) {
        return new TransportException(
                Kind.CONNECTION_CLOSED,
                "The connection to " + remote + " was closed before request code "
                        + request.command().code() + " was answered"
                        + (cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage()),
                cause);
    }

    private void planSweep(long deadlineNanos) {
        if (sweepPlanned && nextSweepNanos - deadlineNanos <= MIN_SWEEP_GAP_NANOS) {
            return;
        }
        long now = System.nanoTime();
        long delay = Math.max(deadlineNanos - now, MIN_SWEEP_GAP_NANOS);
        long plannedFor = now + delay;
        sweepPlanned = true;
        nextSweepNanos = plannedFor;
        loop.schedule(() -> sweep(plannedFor), delay, TimeUnit.NANOSECONDS);
    }

    private void sweep(long plannedFor) {
        if (!sweepPlanned || nextSweepNanos != plannedFor) {
            // An earlier deadline came in between and has a sweep of its own.
            return;
        }
        sweepPlanned = false;
        long now = System.nanoTime();
        List<Outgoing.Request> late = new ArrayList<>();
        Outgoing.Request next = null;
        for (Outgoing.Request request : waiting.values()) {
            if (request.deadlineNanos() - now <= 0) {
                late.add(request);
            } else if (next == null || request.deadlineNanos() - next.deadlineNanos() < 0) {
                next = request;
            }
        }
        if (next != null) {
            planSweep(next.deadlineNanos());
        }
        late.forEach(request -> fail(request, late(request)));
        if (late.stream().anyMatch(Outgoing.Request::wasWritten)) {
            unanswered.run();
        }
    }

    private TransportException late(Outgoing.Request request) {
        int code = request.command().code();
        return request.wasWritten()
                ? new TransportException(
                        Kind.TIMED_OUT, "No answer from " + remote + " to request code " + code + " in time")
                : new TransportException(
                        Kind.OVERLOADED,
                        "Request code " + code + " was not sent in time: " + remote
                                + " reads more slowly than requests arrive");
    }
}
