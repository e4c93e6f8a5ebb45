package io.reliablemq.broker.store.index;

import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import java.util.Map;

/**
 * What indexes keep of a message beyond its place. Computed once, by the thread that appends the message, or by recovery
 * from the log.
 *
 * @param tagHash hash code of the tag, 0 for none
 * @param keyHashes as {@link KeyHashes} makes them; must not be changed
 * @param dueMs wall time that the message waits for; {@link #NO_TIMER} if it waits for none
 */
public record MessageMarks(int tagHash, int[] keyHashes, long dueMs) {

    /** No message can be due then. */
    public static final long NO_TIMER = Long.MIN_VALUE;

    public static MessageMarks of(String topic, Map<String, String> properties) {
        return new MessageMarks(
                properties.getOrDefault(PropertyNames.TAGS, "").hashCode(),
                KeyHashes.of(topic, properties),
                topic.equals(Names.TIMER_TOPIC) ? dueMs(properties) : NO_TIMER);
    }

    public boolean isTimer() {
        return dueMs != NO_TIMER;
    }

    /** Only a foreign program can have parked a message without a time; it is looked at once, and reported then. */
    private static long dueMs(Map<String, String> properties) {
        try {
            return Math.max(0, Long.parseLong(properties.getOrDefault(PropertyNames.TIMER_OUT_MILLIS, "")));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
