package io.reliablemq.client.api;

import io.reliablemq.protocol.message.FailureProperties;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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
    record DeadLetter(ReceivedMessage message, @Nullable String originalTopic, int redriveCount) {

        /**
         * Why it was given up, as the consumer has told that gave it up.
         *
         * @return null if it has not: it was an official client, or the broker is one of Apache RocketMQ, which does not keep it
         */
        public @Nullable Failure failure() {
            return Failure.of(message.properties());
        }
    }

    /**
     * Why a message was given up. The same stands in its properties, under the names {@code DLQ_EXCEPTION},
     * {@code DLQ_EXCEPTION_MESSAGE}, {@code DLQ_HOST}, {@code DLQ_ATTEMPTS}, {@code DLQ_FIRST_FAILED_AT} and
     * {@code DLQ_LAST_FAILED_AT}.
     *
     * @param exception class of the exception that was thrown last; null if the listener threw none
     * @param exceptionMessage what it said, at most 1,000 characters; null if there was none, or no room for it
     * @param host client id of the consumer that handled it last, which begins with the address of its host
     * @param attempts how often it was handled
     * @param firstAt when it failed first, by the clock of the consumer
     * @param lastAt when it failed last
     */
    record Failure(
            @Nullable String exception,
            @Nullable String exceptionMessage,
            String host,
            int attempts,
            Instant firstAt,
            Instant lastAt) {

        private static @Nullable Failure of(Map<String, String> properties) {
            String last = properties.get(FailureProperties.LAST_FAILED_AT);
            if (last == null) {
                return null;
            }
            return new Failure(
                    properties.get(FailureProperties.EXCEPTION),
                    properties.get(FailureProperties.EXCEPTION_MESSAGE),
                    properties.getOrDefault(FailureProperties.HOST, ""),
                    (int) number(properties.get(FailureProperties.ATTEMPTS)),
                    Instant.ofEpochMilli(number(properties.get(FailureProperties.FIRST_FAILED_AT))),
                    Instant.ofEpochMilli(number(last)));
        }

        private static long number(@Nullable String text) {
            return text == null || !text.matches("\\d{1,18}") ? 0 : Long.parseLong(text);
        }
    }

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
