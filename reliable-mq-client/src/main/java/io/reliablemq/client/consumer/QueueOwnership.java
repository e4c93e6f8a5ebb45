package io.reliablemq.client.consumer;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** How a queue becomes this member's, stays so, and passes on to another one. Owned by the thread {@code rmq-client}. */
interface QueueOwnership {

    /** Another member, which may still be at work on them, gives these queues up for this one, which will {@link #acquire} them. */
    default void handedOver(Set<Queue> queues) {}

    /** Completes with how long the queue surely is ours, by the clock's nanoseconds; exceptionally if it is not. */
    CompletableFuture<Long> acquire(Queue queue);

    /**
     * The queue is another member's from now on.
     *
     * @param commit stores the offset
     * @param drop to be run once nothing of the queue is to be finished here any more
     */
    void giveUp(Queue queue, ProcessQueue window, Supplier<CompletableFuture<Void>> commit, Runnable drop);

    /** The queue is not ours after all; what {@link #acquire} has got, or gets yet, is let go. */
    void abandon(Queue queue);

    /** All queues, whose offsets are stored, are others' from now on. Completes when that is known, never exceptionally. */
    CompletableFuture<Void> giveUpAll(Collection<Queue> queues);

    /** Whether an offset may be stored for the queue: nobody else can have moved it. */
    boolean mayCommit(ProcessQueue window);

    /** Completes when the queue can be begun anew from another offset, nothing being handed out meanwhile. */
    CompletableFuture<Void> quiet(ProcessQueue window);

    /** A window was dropped, perhaps while a listener was working on one of its messages. */
    void dropped(ProcessQueue window);

    /**
     * Sees to it that queues stay ours.
     *
     * @param kept hears of each that does
     * @param lost hears of each that does not, or that may have been another member's meanwhile
     */
    void renew(Map<Queue, ProcessQueue> held, Consumer<ProcessQueue> kept, Consumer<ProcessQueue> lost);

    /** Where every member has all queues, none passes from one to another. */
    QueueOwnership UNSHARED = new QueueOwnership() {

        @Override
        public CompletableFuture<Long> acquire(Queue queue) {
            return CompletableFuture.completedFuture(0L);
        }

        @Override
        public void giveUp(Queue queue, ProcessQueue window, Supplier<CompletableFuture<Void>> commit, Runnable drop) {
            // It has left the route.
            commit.get();
            drop.run();
        }

        @Override
        public void abandon(Queue queue) {}

        @Override
        public CompletableFuture<Void> giveUpAll(Collection<Queue> queues) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public boolean mayCommit(ProcessQueue window) {
            return true;
        }

        @Override
        public CompletableFuture<Void> quiet(ProcessQueue window) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void dropped(ProcessQueue window) {}

        @Override
        public void renew(Map<Queue, ProcessQueue> held, Consumer<ProcessQueue> kept, Consumer<ProcessQueue> lost) {}
    };
}
