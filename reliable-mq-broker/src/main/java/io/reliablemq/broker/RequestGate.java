package io.reliablemq.broker;

import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the handlers while there are none: at the start, since they need the address, which is known only once the
 * server listens, and while the broker changes its role. In the latter case requests are kept for a moment and then handled
 * by the new handlers, so that a client sees a pause and not an error.
 *
 * <p>Thread-safe: changes are made under {@code lock}; a request that passes takes none. So one may be on its way through
 * while the others are already held; whoever holds them is told when those that matter have been answered.
 */
final class RequestGate implements RequestHandler {

    /** What may be kept; more is refused, and clients come again. */
    private static final int MAX_HELD = 10_000;

    private static final long MAX_HELD_BYTES = 64L * 1024 * 1024;

    /** The codes of requests that are waited for, once they were let through. */
    private final Set<Integer> awaited;

    private final Object lock = new Object();

    /** Who handles what is let through; null while nobody does. Changed under {@code lock}. */
    private volatile @Nullable Entrance entrance;

    /** The codes that are let through although the others are held; null while all are. Changed under {@code lock}. */
    private volatile @Nullable Set<Integer> passing = Set.of();

    /** Why there is no handler, if requests are refused rather than held. Guarded by {@code lock}. */
    private @Nullable String refusal = "The broker is starting; try again";

    /** Guarded by {@code lock}. */
    private List<Held> held = new ArrayList<>();

    private long heldBytes;

    private record Held(Command request, Reply reply) {}

    /** Handlers, and who is with them; a new one for each opening. */
    private record Entrance(RequestHandler handlers, RequestsInside inside) {

        static Entrance to(RequestHandler handlers) {
            return new Entrance(handlers, new RequestsInside());
        }
    }

    /** @param awaited codes of requests that are answered soon, and not only once there is something to tell */
    RequestGate(Set<Integer> awaited) {
        this.awaited = Set.copyOf(awaited);
    }

    /** Lets everything through to these handlers, beginning with what was held. */
    void open(RequestHandler handlers) {
        List<Held> waited;
        synchronized (lock) {
            waited = held;
            held = new ArrayList<>();
            heldBytes = 0;
            entrance = Entrance.to(handlers);
            passing = null;
            refusal = null;
        }
        release(waited);
    }

    /** Each on the event loop of its connection, as handlers expect it; by then the gate may be closed again. */
    private void release(List<Held> waited) {
        waited.forEach(one -> one.reply().connection().execute(() -> handle(one)));
    }

    /** From now on only these codes are let through, to these handlers; everything else waits for {@link #open}. */
    void hold(Set<Integer> except, RequestHandler handlers) {
        List<Held> passed = new ArrayList<>();
        synchronized (lock) {
            entrance = Entrance.to(handlers);
            passing = Set.copyOf(except);
            refusal = null;
            held.removeIf(one -> except.contains(one.request().code()) && passed.add(one));
            heldBytes =
                    held.stream().mapToLong(one -> one.request().body().size()).sum();
        }
        release(passed);
    }

    /**
     * From now on only these codes are let through; everything else waits for the next opening.
     *
     * @return completes once all that were let through before and are awaited have been answered; any thread may do that
     */
    CompletableFuture<Void> hold(Set<Integer> except) {
        synchronized (lock) {
            passing = Set.copyOf(except);
            refusal = null;
            Entrance left = entrance;
            return left == null
                    ? CompletableFuture.completedFuture(null)
                    : left.inside().close();
        }
    }

    /** From now on nothing is let through, and what is held is refused, too. */
    void refuse(String why) {
        List<Held> waited;
        synchronized (lock) {
            waited = held;
            held = new ArrayList<>();
            heldBytes = 0;
            entrance = null;
            passing = Set.of();
            refusal = why;
        }
        waited.forEach(one -> refuse(one.reply(), why));
    }

    @Override
    public void handle(Command request, Reply reply) throws Exception {
        Entrance open = entrance;
        Set<Integer> only = passing;
        if (open == null
                || only != null && !only.contains(request.code())
                || !enter(open, only == null, request, reply)) {
            handleOrHold(request, reply);
        }
    }

    /** Handles it; false if the gate was closed a moment ago. */
    private boolean enter(Entrance open, boolean toAll, Command request, Reply reply) throws Exception {
        if (toAll && awaited.contains(request.code())) {
            return open.inside().handle(open.handlers(), request, reply);
        }
        open.handlers().handle(request, reply);
        return true;
    }

    private void handleOrHold(Command request, Reply reply) throws Exception {
        boolean passes;
        String why = null;
        synchronized (lock) {
            Set<Integer> only = passing;
            passes = entrance != null && (only == null || only.contains(request.code()));
            if (!passes) {
                why = refusal;
                if (why == null
                        && (held.size() >= MAX_HELD
                                || heldBytes + request.body().size() > MAX_HELD_BYTES)) {
                    why = "The broker changes its role, and too many requests wait for that already; try again";
                }
                if (why == null) {
                    held.add(new Held(request, reply));
                    heldBytes += request.body().size();
                }
            }
        }
        if (passes) {
            // Opened a moment ago.
            handle(request, reply);
        } else if (why != null) {
            refuse(reply, why);
        }
    }

    private void handle(Held one) {
        try {
            handle(one.request(), one.reply());
        } catch (Exception e) {
            one.reply().send(Command.failure(ResponseCode.SYSTEM_ERROR, String.valueOf(e.getMessage())));
        }
    }

    private static void refuse(Reply reply, String why) {
        reply.send(Command.failure(ResponseCode.SERVICE_NOT_AVAILABLE, why));
    }
}
