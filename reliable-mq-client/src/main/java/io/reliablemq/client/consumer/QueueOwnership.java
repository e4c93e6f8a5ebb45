package io.reliablemq.client.consumer;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How a queue becomes this member's, stays so, and passes on to another one. What a method does by itself is right where nobody
 * locks queues. Owned by the thread {@code rmq-client}.
 */
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
    default void abandon(Queue queue) {}

    /** All queues, whose offsets are stored, are others' from now on. Completes when that is known, never exceptionally. */
    default CompletableFuture<Void> giveUpAll(Collection<Queue> queues) {
        return CompletableFuture.completedFuture(null);
    }

    /** Whether an offset may be stored for the queue: nobody else can have moved it. */
    default boolean mayCommit(ProcessQueue window) {
        return true;
    }

    /** Completes when the queue can be begun anew from another offset, nothing being handed out meanwhile. */
    default CompletableFuture<Void> quiet(ProcessQueue window) {
        return CompletableFuture.completedFuture(null);
    }

    /** A window was dropped, perhaps while a listener was working on one of its messages. */
    default void dropped(ProcessQueue window) {}

    /**
     * Sees to it that queues stay ours.
     *
     * @param kept hears of each that does
     * @param lost hears of each that does not, or that may have been another member's meanwhile
     */
    default void renew(Map<Queue, ProcessQueue> held, Consumer<ProcessQueue> kept, Consumer<ProcessQueue> lost) {}

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
    };
}
