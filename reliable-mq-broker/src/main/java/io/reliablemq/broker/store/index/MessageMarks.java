package io.reliablemq.broker.store.index;

import io.reliablemq.protocol.message.PropertyNames;
import java.util.Map;

/**
 * What indexes keep of a message beyond its place. Computed once, by the thread that appends the message, or by recovery
 * from the log.
 *
 * @param tagHash hash code of the tag, 0 for none
 * @param keyHashes as {@link KeyHashes} makes them; must not be changed
 */
public record MessageMarks(int tagHash, int[] keyHashes) {

    public static MessageMarks of(String topic, Map<String, String> properties) {
        return new MessageMarks(
                properties.getOrDefault(PropertyNames.TAGS, "").hashCode(), KeyHashes.of(topic, properties));
    }
}
