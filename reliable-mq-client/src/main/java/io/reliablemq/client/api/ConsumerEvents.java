package io.reliablemq.client.api;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Hears of what somebody should look at. All of it is logged as well. Called on threads of the client: return soon. Whatever a
 * method throws is logged and changes nothing, except where it says so.
 */
public interface ConsumerEvents {

    /** Hears nothing. */
    ConsumerEvents NONE = new ConsumerEvents() {};

    /**
     * A message that is not finished for longer than {@link PushConsumerSettings#stuckAfter()}; no offset behind it can be
     * stored. Told once a message.
     *
     * @param running whether a listener is working on it
     * @param age since it was fetched
     */
    record StuckMessage(Queue queue, long queueOffset, String messageId, Duration age, boolean running) {}

    default void stuck(StuckMessage message) {}

    /** The listener has not ended within {@link PushConsumerSettings#consumeTimeout()}. */
    default void timedOut(ReceivedMessage message) {}

    /**
     * What the group was to get next and cannot, since its broker keeps it no longer: it was deleted by age, or lost. The
     * subscription may have left some of it out.
     *
     * @param from the first offset that is passed over
     * @param to where the group goes on
     */
    record SkippedMessages(Queue queue, long from, long to) {}

    /** The group goes on behind messages that it has not got. */
    default void skipped(SkippedMessages messages) {}

    /**
     * A broadcast message has failed in all its attempts, or must not be retried. No broker keeps it as a dead letter, so this
     * is the last that is heard of it. Where this method throws, the message is not given up, and the call comes again.
     *
     * @param error of the last attempt; null if the listener returned {@link ConsumeResult#RECONSUME_LATER}
     */
    default void givenUp(ReceivedMessage message, int attempts, @Nullable Throwable error) {}
}
