package io.reliablemq.client.api;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A {@link PushConsumer} that a client has open, to look at. Thread-safe. */
public interface OpenConsumer {

    PushConsumerSettings settings();

    /** The queues that this member receives from at the moment. */
    Set<Queue> assignedQueues();

    /** The consumer in numbers, at this moment. */
    ConsumerFigures figures();

    /**
     * How many messages of its queues this member has not finished, by topic, the group's retry topic among them. Asks the
     * brokers for the ends of the queues: one request a queue. Fails where one of them does not answer; may complete on a
     * network thread.
     */
    CompletableFuture<Map<String, Long>> lag();
}
