package io.reliablemq.conformance.port;

import java.util.Map;

/**
 * A message to send.
 *
 * @param tag empty for none
 * @param keys empty for none; several are separated by a space
 * @param delayLevel 0 for none, else the 1-based level of the broker's {@code messageDelayLevel}
 * @param time when it is to be delivered, if not by a level
 * @param properties the application's own
 */
public record OutgoingMessage(
        String topic,
        String tag,
        String keys,
        int delayLevel,
        DeliveryTime time,
        Map<String, String> properties,
        byte[] body) {

    public OutgoingMessage {
        properties = Map.copyOf(properties);
    }

    public static OutgoingMessage of(String topic, byte[] body) {
        return new OutgoingMessage(topic, "", "", 0, DeliveryTime.NOW, Map.of(), body);
    }

    public OutgoingMessage withTag(String value) {
        return new OutgoingMessage(topic, value, keys, delayLevel, time, properties, body);
    }

    public OutgoingMessage withKeys(String value) {
        return new OutgoingMessage(topic, tag, value, delayLevel, time, properties, body);
    }

    public OutgoingMessage withDelayLevel(int level) {
        return new OutgoingMessage(topic, tag, keys, level, time, properties, body);
    }

    public OutgoingMessage withProperties(Map<String, String> values) {
        return new OutgoingMessage(topic, tag, keys, delayLevel, time, values, body);
    }

    public OutgoingMessage withTime(DeliveryTime value) {
        return new OutgoingMessage(topic, tag, keys, delayLevel, value, properties, body);
    }
}
