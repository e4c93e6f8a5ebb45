package io.reliablemq.client.api;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages that a group has given up: reads them, counts them, and sends them again. Thread-safe; every method waits for
 * brokers and throws {@link IllegalStateException} where one does not answer. A group without dead letters has none on any
 * broker: the methods then find nothing.
 *
 * <p>A message that is sent again goes to its original topic with its body, tag, keys and own properties. It is a new message,
 * with an id of its own, so that no broker takes it for a repetition of the first; {@value #REDRIVEN_ID} names the first one,
 * and {@value #REDRIVE_COUNT} says how often it was sent again. Dead letters stay where they are until they expire.
 */
public interface DeadLetters {

    /** Property of a message that was sent again: how often. */
    String REDRIVE_COUNT = "REDRIVE_COUNT";

    /** Property of a message that was sent again: the id of the message that became a dead letter. */
    String REDRIVEN_ID = "REDRIVEN_MESSAGE_ID";

    /**
     * @param message as it is kept, in the topic {@code %DLQ%group}
     * @param originalTopic where it was sent first; null if it does not say
     * @param redriveCount how often it was sent again before it came here
     */
    record DeadLetter(ReceivedMessage message, @Nullable String originalTopic, int redriveCount) {}

    /**
     * What sending again has come to.
     *
     * @param redriven messages that were sent
     * @param stoppedAt the message that could not be sent, after which nothing was tried; null if none failed
     * @param problem why
     */
    record Redrive(
            int redriven,
            @Nullable DeadLetter stoppedAt,
            @Nullable String problem) {}

    /** How many are kept. */
    long count(String group);

    /** How many have come since {@link #redriveAll} went through them last. */
    long notRedriven(String group);

    /** Those that are kept, the oldest of each queue first, from the beginning. */
    List<DeadLetter> read(String group, int most);

    /** Sends all those again that came since this was done last, and remembers in the broker how far it came. */
    Redrive redriveAll(String group);

    /** Sends those again, whether or not they were before. What {@link #redriveAll} remembers does not change. */
    Redrive redrive(String group, Collection<String> messageIds);

    /**
     * Sends those again that became dead letters in that time, whether or not they were before. What {@link #redriveAll}
     * remembers does not change.
     *
     * @param from inclusive, by the broker's clock
     * @param to exclusive
     */
    Redrive redrive(String group, Instant from, Instant to);
}
