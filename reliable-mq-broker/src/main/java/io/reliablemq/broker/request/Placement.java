package io.reliablemq.broker.request;

import io.reliablemq.broker.delivery.MessageCopies;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.protocol.message.StoredMessage;
import java.util.Map;
import java.util.OptionalLong;

/** Where a message is stored: in its topic, or where it waits for its level or its time. Thread-safe. */
public final class Placement {

    private final DeliveryTimes times;
    private final MessageCopies copies;
    private final IncomingMessages incoming;

    public Placement(DeliveryTimes times, MessageCopies copies, IncomingMessages incoming) {
        this.times = times;
        this.copies = copies;
        this.incoming = incoming;
    }

    /**
     * A message as it is to be stored.
     *
     * @param answer header of the answer
     */
    record Placed(StoredMessage message, Answer answer) {}

    /** Header of the answer to a message that is in the log. */
    @FunctionalInterface
    interface Answer {
        Map<String, String> fields(StoredMessage stored, AppendResult result);
    }

    /** @throws RefusedException if its level or time cannot be read or is too far ahead */
    Placed of(StoredMessage message) {
        int delayLevel = IncomingMessages.delayLevel(message.properties());
        // A level counts for more than a time, by the protocol.
        OptionalLong due = delayLevel > 0 ? OptionalLong.empty() : times.due(message.properties());
        if (due.isPresent()) {
            return new Placed(copies.parkedUntil(message, due.getAsLong()), incoming::timerFields);
        }
        return delayLevel > 0
                ? new Placed(copies.parked(message, delayLevel), incoming::parkedFields)
                : new Placed(message, incoming::plainFields);
    }
}
