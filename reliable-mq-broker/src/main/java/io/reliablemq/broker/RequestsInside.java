package io.reliablemq.broker;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The requests that were let in and have no answer yet, so that one can wait until there are none.
 *
 * <p>Thread-safe. Nobody blocks: who is too late is told so, and who waits gets a future.
 */
final class RequestsInside {

    /** One more than there are inside as long as more are let in; so it is 0 only when the last one has left for good. */
    private final AtomicInteger count = new AtomicInteger(1);

    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Void> allAnswered = new CompletableFuture<>();

    /**
     * Handles the request, and counts it until it is answered.
     *
     * @return false if no more are let in; then nothing was done
     */
    boolean handle(RequestHandler handlers, Command request, Reply reply) throws Exception {
        // Counted first and looked then: whoever closes in between waits for this one, or this one sees it.
        count.incrementAndGet();
        if (closed.get()) {
            leave();
            return false;
        }
        Counted counted = new Counted(reply);
        boolean handled = false;
        try {
            handlers.handle(request, counted);
            handled = true;
        } finally {
            if (!handled) {
                counted.leaveOnce();
            }
        }
        return true;
    }

    /**
     * Lets nobody in any more.
     *
     * @return completes once all that were let in are answered, on the thread of the last answer
     */
    CompletableFuture<Void> close() {
        if (closed.compareAndSet(false, true)) {
            leave();
        }
        return allAnswered;
    }

    private void leave() {
        if (count.decrementAndGet() == 0) {
            allAnswered.complete(null);
        }
    }

    /** Leaves with its answer. */
    private final class Counted implements Reply {

        private final Reply reply;
        private final AtomicBoolean left = new AtomicBoolean();

        Counted(Reply reply) {
            this.reply = reply;
        }

        @Override
        public Connection connection() {
            return reply.connection();
        }

        @Override
        public Body allocate(int size) {
            return reply.allocate(size);
        }

        @Override
        public void send(Command response) {
            send(response, reply::send);
        }

        @Override
        public void sendDirectly(Command response) {
            send(response, reply::sendDirectly);
        }

        private void send(Command response, Consumer<Command> way) {
            try {
                way.accept(response);
            } finally {
                leaveOnce();
            }
        }

        void leaveOnce() {
            if (left.compareAndSet(false, true)) {
                leave();
            }
        }
    }
}
