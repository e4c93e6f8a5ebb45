package io.reliablemq.spring.listener;

import io.reliablemq.client.api.ReceivedMessage;
import java.util.List;
import java.util.function.Predicate;

/**
 * Messages that a listener is called with: one, or several where it takes batches. Immutable.
 *
 * @param messages of one queue, in its order; at least one
 * @param leases asks for more time for a message, see {@link MessageLease}
 */
public record Delivery(List<ReceivedMessage> messages, Predicate<ReceivedMessage> leases) {

    public Delivery {
        messages = List.copyOf(messages);
    }

    /** These messages only. */
    public Delivery withMessages(List<ReceivedMessage> some) {
        return new Delivery(some, leases);
    }

    /** The lease on the messages of this delivery. */
    public MessageLease lease() {
        // All messages of a call are leased together, so that any of them stands for all.
        return () -> leases.test(messages.get(0));
    }
}
