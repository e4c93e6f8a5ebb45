package io.reliablemq.broker.delivery;

import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes the copies that the broker writes itself. Body, flags, birth and unique id stay those of the original; where
 * the message first came from is told by the properties {@code RETRY_TOPIC} and {@code ORIGIN_MESSAGE_ID}, which are set
 * by the first copy and kept by the later ones.
 */
public final class MessageCopies {

    private final DelayLevels levels;
    private final InetSocketAddress storeHost;

    /** @param storeHost the address that clients reach this broker at */
    public MessageCopies(DelayLevels levels, InetSocketAddress storeHost) {
        this.levels = levels;
        this.storeHost = storeHost;
    }

    /** The message as it waits in the schedule for its level's delay, to be delivered to its topic and queue then. */
    public StoredMessage parked(StoredMessage message, int delayLevel) {
        Map<String, String> properties = new LinkedHashMap<>(message.properties());
        int level = levels.atMost(delayLevel);
        properties.put(PropertyNames.DELAY_LEVEL, Integer.toString(level));
        properties.put(PropertyNames.REAL_TOPIC, message.topic());
        properties.put(PropertyNames.REAL_QUEUE_ID, Integer.toString(message.queueId()));
        return at(message, Names.SCHEDULE_TOPIC, level - 1, message.reconsumeTimes(), properties);
    }

    /**
     * The message that waited in the schedule, as it is delivered.
     *
     * @throws IllegalArgumentException if it does not say where it is to go
     */
    public StoredMessage due(StoredMessage parked) {
        String topic = parked.property(PropertyNames.REAL_TOPIC);
        String queueId = parked.property(PropertyNames.REAL_QUEUE_ID);
        if (topic == null || queueId == null) {
            throw new IllegalArgumentException(parked + " does not say which topic it waits for");
        }
        return at(parked, topic, Integer.parseInt(queueId), parked.reconsumeTimes(), parked.properties());
    }

    /** The failed message as the group will get it again. */
    public StoredMessage retry(StoredMessage failed, String group) {
        return at(failed, Names.retryTopic(group), 0, failed.reconsumeTimes() + 1, withOrigin(failed));
    }

    /** The failed message as it is kept for good. */
    public StoredMessage deadLetter(StoredMessage failed, String group) {
        Map<String, String> properties = withOrigin(failed);
        properties.put(
                PropertyNames.DEAD_LETTER_ORIGIN_TOPIC,
                properties.getOrDefault(PropertyNames.RETRY_TOPIC, failed.topic()));
        properties.put(
                PropertyNames.DEAD_LETTER_ORIGIN_MESSAGE_ID,
                properties.getOrDefault(PropertyNames.ORIGIN_MESSAGE_ID, failed.messageId()));
        // What is dead waits for nothing.
        properties.remove(PropertyNames.DELAY_LEVEL);
        return at(failed, Names.deadLetterTopic(group), 0, failed.reconsumeTimes(), properties);
    }

    private static Map<String, String> withOrigin(StoredMessage failed) {
        Map<String, String> properties = new LinkedHashMap<>(failed.properties());
        properties.putIfAbsent(PropertyNames.RETRY_TOPIC, failed.topic());
        if (failed.position() >= 0) {
            properties.putIfAbsent(PropertyNames.ORIGIN_MESSAGE_ID, failed.offsetMessageId());
        }
        return properties;
    }

    private StoredMessage at(
            StoredMessage message, String topic, int queueId, int reconsumeTimes, Map<String, String> properties) {
        return new StoredMessage(
                topic,
                queueId,
                0,
                0,
                message.flag(),
                message.systemFlag(),
                message.bornTimestamp(),
                message.bornHost(),
                0,
                storeHost,
                reconsumeTimes,
                message.preparedPosition(),
                properties,
                message.body());
    }
}
