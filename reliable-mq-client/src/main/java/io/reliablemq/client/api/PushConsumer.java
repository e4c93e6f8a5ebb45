package io.reliablemq.client.api;

import java.util.Set;

/**
 * Receives the messages of a group and hands them to a {@link MessageHandler}.
 *
 * <p>A message is acknowledged only after the handler returned {@link ConsumeResult#CONSUME_SUCCESS}; everything else
 * is a retry that the broker keeps. The offset stored for a queue is the smallest that is not yet finished, so a
 * message may be handled again after a crash, but none is skipped. In broadcast mode see {@link ConsumerEvents#givenUp}.
 * Thread-safe.
 */
public interface PushConsumer extends AutoCloseable {

    /** A queue on one broker. */
    record Queue(String topic, String brokerName, int queueId) {

        @Override
        public String toString() {
            return topic + "@" + brokerName + "#" + queueId;
        }
    }

    /**
     * Joins the group and begins to receive. Does not wait for a broker, unless it subscribes by expression, which a broker checks
     * first.
     *
     * @throws IllegalStateException if it was started or closed before, or the client has a consumer of the group already
     * @throws IllegalArgumentException if a broker refuses an expression
     */
    void start();

    /** Stops handing out messages until {@link #resume()}; the assignment is kept. */
    void pause();

    /** Goes on handing out messages after {@link #pause()}. */
    void resume();

    /** The queues that this member receives from at the moment. */
    Set<Queue> assignedQueues();

    /**
     * Asks for more time: the {@linkplain PushConsumerSettings#consumeTimeout() consume time-out} of the message begins anew.
     * Whoever works for longer calls this from time to time, so that one who is stuck can be told from one who works. Any thread
     * may, for as long as the handler runs or the future that it returned is open; of a batch, any of its messages stands for all.
     *
     * @return false if the message is not being handled here, or no longer: another attempt has begun, or will
     */
    boolean extendLease(ReceivedMessage message);

    /** The consumer in numbers, at this moment. */
    ConsumerFigures figures();

    /**
     * Leaves in order: no new messages are handed out, running handlers end (up to the shutdown time-out), offsets are
     * stored, the group is left. What was fetched but not handled is received again by another member.
     * A second call waits until the first has ended. A handler that closes its own consumer is not waited for, so that
     * its message is received again.
     */
    @Override
    void close();
}
