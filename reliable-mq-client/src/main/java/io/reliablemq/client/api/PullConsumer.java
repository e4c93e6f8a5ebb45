package io.reliablemq.client.api;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Receives from queues that the application chooses, when the application asks. It takes no part in sharing queues out: no
 * other member of the group knows of it, and what its listener fails on is the application's to keep.
 *
 * <p>Offsets are kept in the brokers, under the group. What {@link #poll} has returned counts as done when {@link #commit} is
 * called or, where {@link PullConsumerSettings#autoCommit()} is set, at the next {@link #poll}: only then may the offset pass it.
 *
 * <p>Thread-safe; usually one thread polls. Methods that ask brokers wait for the answer, up to the client's request time-out,
 * and throw {@link IllegalStateException} where there is none.
 */
public interface PullConsumer extends AutoCloseable {

    /** All queues of the topic that can be read. @throws IllegalStateException if there is no such topic */
    Set<Queue> queues(String topic);

    /**
     * Receives from these queues and no others from now on, from where the group was last. Queues that were assigned before
     * go on.
     */
    void assign(Collection<Queue> queues);

    /** The queues that were assigned last. */
    Set<Queue> assignment();

    /**
     * Returns what has been fetched, at most {@link PullConsumerSettings#maxPollMessages()}; waits if there is nothing.
     *
     * @return empty if nothing came in time
     * @throws IllegalStateException if the consumer is closed, also while this waits, or the body of a message cannot be
     *     inflated; {@link #seek} goes past it
     */
    List<ReceivedMessage> poll(Duration timeout) throws InterruptedException;

    /**
     * Goes on at that offset; what was fetched from the queue and not returned is forgotten.
     *
     * @throws IllegalArgumentException if the queue is not assigned, or the offset is below 0
     */
    void seek(Queue queue, long offset);

    /** Goes on at the first message that was stored then or later. */
    void seek(Queue queue, Instant timestamp);

    /** Goes on at the oldest message that the broker keeps. */
    void seekToBeginning(Queue queue);

    /** Goes on behind the newest message: only what is stored from now on is received. */
    void seekToEnd(Queue queue);

    /** The offset that {@link #commit} would store: all before it is done. */
    long position(Queue queue);

    /** What has been returned until now is done. Returns when the brokers have stored the offsets. */
    void commit();

    /** Fetches no more from these queues and returns nothing of them, until {@link #resume}. */
    void pause(Collection<Queue> queues);

    /** Goes on with those of the queues that were paused; what had been fetched is returned first. */
    void resume(Collection<Queue> queues);

    /** Stores the offsets of what is done. What was returned by the last poll and not committed is received again. */
    @Override
    void close();
}
