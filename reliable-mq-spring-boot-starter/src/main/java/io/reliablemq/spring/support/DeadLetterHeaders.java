package io.reliablemq.spring.support;

import io.reliablemq.client.api.ReceivedMessage;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Turns what a dead letter says of its failure into headers. Consumers and brokers of this project tell it; others do not. */
final class DeadLetterHeaders {

    static void copy(ReceivedMessage from, Map<String, Object> headers) {
        copy(from, "DLQ_EXCEPTION", headers, ReliableMqHeaders.DEAD_LETTER_EXCEPTION, text -> text);
        copy(from, "DLQ_EXCEPTION_MESSAGE", headers, ReliableMqHeaders.DEAD_LETTER_EXCEPTION_MESSAGE, text -> text);
        copy(from, "DLQ_HOST", headers, ReliableMqHeaders.DEAD_LETTER_HOST, text -> text);
        copy(from, "DLQ_ATTEMPTS", headers, ReliableMqHeaders.DEAD_LETTER_ATTEMPTS, DeadLetterHeaders::number);
        copy(from, "DLQ_FIRST_FAILED_AT", headers, ReliableMqHeaders.DEAD_LETTER_FIRST_FAILED, DeadLetterHeaders::time);
        copy(from, "DLQ_LAST_FAILED_AT", headers, ReliableMqHeaders.DEAD_LETTER_LAST_FAILED, DeadLetterHeaders::time);
    }

    private static void copy(
            ReceivedMessage from,
            String property,
            Map<String, Object> headers,
            String header,
            Function<String, @Nullable Object> reader) {
        String text = from.property(property);
        Object value = text == null ? null : reader.apply(text);
        // A property of the sender's own must not pass for what the protocol says.
        headers.remove(property);
        headers.remove(header);
        if (value != null) {
            headers.put(header, value);
        }
    }

    /** Null for what is no number: a header that cannot be read must not make the message unreadable. */
    private static @Nullable Integer number(String text) {
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable Instant time(String text) {
        try {
            return Instant.ofEpochMilli(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private DeadLetterHeaders() {}
}
