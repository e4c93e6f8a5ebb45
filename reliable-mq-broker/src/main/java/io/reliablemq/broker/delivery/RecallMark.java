package io.reliablemq.broker.delivery;

import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The note in the log that a message which waits for a time of its own was called back.
 *
 * @param position where that message stands
 * @param dueMs when it is due
 */
record RecallMark(long position, long dueMs) {

    private static final String POSITION = "RECALLED_POSITION";

    /** The note as it is stored; it has no body, since the message is where it was. */
    static StoredMessage of(StoredMessage parked, long dueMs) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(POSITION, Long.toString(parked.position()));
        properties.put(PropertyNames.TIMER_OUT_MILLIS, Long.toString(dueMs));
        properties.put(PropertyNames.UNIQUE_ID, parked.messageId());
        properties.put(PropertyNames.REAL_TOPIC, parked.properties().getOrDefault(PropertyNames.REAL_TOPIC, ""));
        return new StoredMessage(
                Names.RECALL_TOPIC,
                0,
                0,
                0,
                0,
                0,
                parked.bornTimestamp(),
                parked.bornHost(),
                0,
                parked.storeHost(),
                0,
                0,
                properties,
                new byte[0]);
    }

    /** Null if the message is no such note. */
    static @Nullable RecallMark read(StoredMessage stored) {
        try {
            return new RecallMark(
                    Long.parseLong(stored.properties().getOrDefault(POSITION, "")),
                    Long.parseLong(stored.properties().getOrDefault(PropertyNames.TIMER_OUT_MILLIS, "")));
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
