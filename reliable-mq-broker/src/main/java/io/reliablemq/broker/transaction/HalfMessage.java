package io.reliablemq.broker.transaction;

import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.message.SystemFlag;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The forms of a transaction's message: half, committed, note of a rollback, left undecided. Pure functions. */
public final class HalfMessage {

    /** The message as it waits for the end of its transaction, to go to its topic and queue then. */
    public static StoredMessage of(StoredMessage message, String producerGroup) {
        Map<String, String> properties = new LinkedHashMap<>(message.properties());
        properties.put(PropertyNames.REAL_TOPIC, message.topic());
        properties.put(PropertyNames.REAL_QUEUE_ID, Integer.toString(message.queueId()));
        properties.put(PropertyNames.TRANSACTION_PREPARED, "true");
        properties.putIfAbsent(PropertyNames.PRODUCER_GROUP, producerGroup);
        properties.put(PropertyNames.TRANSACTION_ID, message.messageId());
        return at(message, Names.HALF_TOPIC, 0, message.systemFlag() & ~SystemFlag.TRANSACTION_BITS, 0, properties);
    }

    /**
     * The message as it is delivered.
     *
     * @throws IllegalArgumentException if it does not say where to
     */
    public static StoredMessage committed(StoredMessage half) {
        StoredMessage real = real(half);
        return at(
                real,
                real.topic(),
                real.queueId(),
                real.systemFlag() | SystemFlag.TRANSACTION_COMMIT,
                half.position(),
                real.properties());
    }

    /**
     * The message with the topic and queue that it is for, as producers are shown it.
     *
     * @throws IllegalArgumentException if it does not say which
     */
    static StoredMessage real(StoredMessage half) {
        Map<String, String> properties = new LinkedHashMap<>(half.properties());
        String topic = properties.remove(PropertyNames.REAL_TOPIC);
        String queueId = properties.remove(PropertyNames.REAL_QUEUE_ID);
        if (topic == null || queueId == null) {
            throw new IllegalArgumentException(half + " does not say which topic it is for");
        }
        return new StoredMessage(
                topic,
                Integer.parseInt(queueId),
                half.queueOffset(),
                half.position(),
                half.flag(),
                half.systemFlag(),
                half.bornTimestamp(),
                half.bornHost(),
                half.storeTimestamp(),
                half.storeHost(),
                half.reconsumeTimes(),
                0,
                properties,
                half.body());
    }

    /** The note that a transaction was rolled back. */
    public static StoredMessage rollback(StoredMessage half) {
        Map<String, String> properties = Map.of(
                PropertyNames.UNIQUE_ID,
                half.messageId(),
                PropertyNames.REAL_TOPIC,
                half.properties().getOrDefault(PropertyNames.REAL_TOPIC, ""));
        StoredMessage note = at(half, Names.ROLLBACK_TOPIC, 0, 0, half.position(), properties);
        return withBody(note, Long.toString(half.queueOffset()).getBytes(StandardCharsets.UTF_8));
    }

    /** The message of a transaction that nobody has ended, where an operator finds it. */
    static StoredMessage undecided(StoredMessage half, int checks) {
        Map<String, String> properties = new LinkedHashMap<>(half.properties());
        properties.put(PropertyNames.TRANSACTION_CHECK_TIMES, Integer.toString(checks));
        return at(half, Names.UNDECIDED_TOPIC, 0, half.systemFlag(), half.position(), properties);
    }

    public static @Nullable String producerGroup(StoredMessage half) {
        return half.property(PropertyNames.PRODUCER_GROUP);
    }

    private static StoredMessage at(
            StoredMessage message,
            String topic,
            int queueId,
            int systemFlag,
            long preparedPosition,
            Map<String, String> properties) {
        return new StoredMessage(
                topic,
                queueId,
                0,
                0,
                message.flag(),
                systemFlag,
                message.bornTimestamp(),
                message.bornHost(),
                0,
                message.storeHost(),
                message.reconsumeTimes(),
                preparedPosition,
                properties,
                message.body());
    }

    private static StoredMessage withBody(StoredMessage message, byte[] body) {
        return new StoredMessage(
                message.topic(),
                message.queueId(),
                0,
                0,
                message.flag(),
                message.systemFlag(),
                message.bornTimestamp(),
                message.bornHost(),
                0,
                message.storeHost(),
                message.reconsumeTimes(),
                message.preparedPosition(),
                message.properties(),
                body);
    }

    private HalfMessage() {}
}
