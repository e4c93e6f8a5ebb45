package io.reliablemq.spring.support;

import io.reliablemq.protocol.message.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** When a message is to be delivered, and how urgently, out of the headers. */
final class DeliveryHeaders {

    private static final List<String> TIMES =
            List.of(ReliableMqHeaders.DELIVER_AFTER, ReliableMqHeaders.DELIVER_AT, ReliableMqHeaders.DELAY_LEVEL);

    /** @throws IllegalArgumentException if one is of another type than it has to be, or more than one time is set */
    static void apply(Map<String, Object> headers, Message.Builder builder) {
        List<String> set =
                TIMES.stream().filter(name -> headers.get(name) != null).toList();
        if (set.size() > 1) {
            throw new IllegalArgumentException("The message has " + String.join(" and ", set)
                    + ", which say different things about its delivery; set one of them");
        }
        Duration delay = value(headers, ReliableMqHeaders.DELIVER_AFTER, Duration.class);
        if (delay != null) {
            builder.deliverAfter(delay);
        }
        Instant time = value(headers, ReliableMqHeaders.DELIVER_AT, Instant.class);
        if (time != null) {
            builder.deliverAt(time);
        }
        Number level = value(headers, ReliableMqHeaders.DELAY_LEVEL, Number.class);
        if (level != null) {
            builder.delayLevel(level.intValue());
        }
        Number priority = value(headers, ReliableMqHeaders.PRIORITY, Number.class);
        if (priority != null) {
            builder.priority(priority.intValue());
        }
    }

    private static <T> @Nullable T value(Map<String, Object> headers, String name, Class<T> type) {
        Object value = headers.get(name);
        if (value == null || type.isInstance(value)) {
            return type.cast(value);
        }
        throw new IllegalArgumentException("The header '" + name + "' is of type "
                + value.getClass().getName() + "; it must be a " + type.getSimpleName());
    }

    private DeliveryHeaders() {}
}
