package io.reliablemq.broker.delivery;

import io.reliablemq.protocol.message.FailureProperties;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the copies that the broker writes itself. Body, flags, birth and unique id stay those of the original; where
 * the message came from is told by the properties {@code RETRY_TOPIC} and {@code ORIGIN_MESSAGE_ID}. A copy of what was
 * consumed from a retry topic keeps them; any other copy names the topic that was consumed and the message there, even
 * where the message brings older ones along, as a dead letter does that is consumed again.
 */
public final class MessageCopies {

    private static final List<String> TIMES_OF_ITS_OWN = List.of(
            PropertyNames.TIMER_DELAY_SECONDS, PropertyNames.TIMER_DELAY_MILLIS, PropertyNames.TIMER_DELIVER_MILLIS);

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
        // It waits for its level, and for no time that it may have waited for before.
        TIMES_OF_ITS_OWN.forEach(properties::remove);
        return at(message, Names.SCHEDULE_TOPIC, level - 1, message.reconsumeTimes(), properties);
    }

    /** The message as it waits in the schedule for a delay that is no level. @param delay one of {@link OwnDelays} */
    public StoredMessage parkedFor(StoredMessage message, Duration delay) {
        Map<String, String> properties = new LinkedHashMap<>(message.properties());
        properties.remove(PropertyNames.DELAY_LEVEL);
        properties.put(PropertyNames.REAL_TOPIC, message.topic());
        properties.put(PropertyNames.REAL_QUEUE_ID, Integer.toString(message.queueId()));
        TIMES_OF_ITS_OWN.forEach(properties::remove);
        return at(message, Names.SCHEDULE_TOPIC, OwnDelays.queueId(delay), message.reconsumeTimes(), properties);
    }

    /** The message as it waits for a time of its own. @param dueMs wall time */
    public StoredMessage parkedUntil(StoredMessage message, long dueMs) {
        Map<String, String> properties = new LinkedHashMap<>(message.properties());
        properties.put(PropertyNames.TIMER_OUT_MILLIS, Long.toString(dueMs));
        properties.put(PropertyNames.REAL_TOPIC, message.topic());
        properties.put(PropertyNames.REAL_QUEUE_ID, Integer.toString(message.queueId()));
        return at(message, Names.TIMER_TOPIC, 0, message.reconsumeTimes(), properties);
    }

    /** Whether messages of the topic wait to be delivered to another one. */
    public static boolean isParking(String topic) {
        return topic.equals(Names.SCHEDULE_TOPIC) || topic.equals(Names.TIMER_TOPIC);
    }

    /**
     * The message that waited, as it is delivered.
     *
     * @param nowMs wall time
     * @throws IllegalArgumentException if it does not say where it is to go
     */
    public StoredMessage due(StoredMessage parked, long nowMs) {
        String topic = parked.property(PropertyNames.REAL_TOPIC);
        String queueId = parked.property(PropertyNames.REAL_QUEUE_ID);
        if (topic == null || queueId == null) {
            throw new IllegalArgumentException(parked + " does not say which topic it waits for");
        }
        Map<String, String> properties =
                parked.topic().equals(Names.TIMER_TOPIC) ? withTimes(parked, nowMs) : parked.properties();
        return at(parked, topic, Integer.parseInt(queueId), parked.reconsumeTimes(), properties);
    }

    /** With the times that it waited from and to; they are left out where they do not fit, as the message itself does. */
    private static Map<String, String> withTimes(StoredMessage parked, long nowMs) {
        Map<String, String> properties = new LinkedHashMap<>(parked.properties());
        properties.put(PropertyNames.TIMER_ENQUEUE_MILLIS, Long.toString(parked.storeTimestamp()));
        properties.put(PropertyNames.TIMER_DEQUEUE_MILLIS, Long.toString(nowMs));
        int bytes = MessageProperties.encode(properties).getBytes(StandardCharsets.UTF_8).length;
        return bytes > MessageProperties.MAX_BYTES ? parked.properties() : properties;
    }

    /**
     * The failed message as the group will get it again.
     *
     * @param failure see {@link FailureProperties#added}
     */
    public StoredMessage retry(StoredMessage failed, String group, @Nullable String failure) {
        return at(
                failed,
                Names.retryTopic(group),
                0,
                attempts(failed) + 1,
                FailureProperties.added(withOrigin(failed), failure));
    }

    /** Likewise, where nobody says why it failed. */
    public StoredMessage retry(StoredMessage failed, String group) {
        return retry(failed, group, null);
    }

    /**
     * How often the message was delivered again so far to the group that failed. What is consumed from any other than a
     * retry topic is delivered for the first time, whatever the group before it had to count.
     */
    public static int attempts(StoredMessage failed) {
        return Names.isRetryTopic(failed.topic()) ? failed.reconsumeTimes() : 0;
    }

    /** Likewise, where nobody says why it failed. */
    public StoredMessage deadLetter(StoredMessage failed, String group) {
        return deadLetter(failed, group, null);
    }

    /**
     * The failed message as it is kept for good.
     *
     * @param failure see {@link FailureProperties#added}
     */
    public StoredMessage deadLetter(StoredMessage failed, String group, @Nullable String failure) {
        Map<String, String> properties = withOrigin(failed);
        properties.put(
                PropertyNames.DEAD_LETTER_ORIGIN_TOPIC,
                properties.getOrDefault(PropertyNames.RETRY_TOPIC, failed.topic()));
        properties.put(
                PropertyNames.DEAD_LETTER_ORIGIN_MESSAGE_ID,
                properties.getOrDefault(PropertyNames.ORIGIN_MESSAGE_ID, failed.messageId()));
        // What is dead waits for nothing.
        properties.remove(PropertyNames.DELAY_LEVEL);
        TIMES_OF_ITS_OWN.forEach(properties::remove);
        return at(
                failed,
                Names.deadLetterTopic(group),
                0,
                failed.reconsumeTimes(),
                FailureProperties.added(properties, failure));
    }

    private static Map<String, String> withOrigin(StoredMessage failed) {
        Map<String, String> properties = new LinkedHashMap<>(failed.properties());
        if (Names.isRetryTopic(failed.topic())) {
            properties.putIfAbsent(PropertyNames.RETRY_TOPIC, failed.topic());
            if (isStored(failed)) {
                properties.putIfAbsent(PropertyNames.ORIGIN_MESSAGE_ID, failed.offsetMessageId());
            }
        } else {
            properties.put(PropertyNames.RETRY_TOPIC, failed.topic());
            properties.put(PropertyNames.ORIGIN_MESSAGE_ID, failed.offsetMessageId());
        }
        return properties;
    }

    /** A message that a consumer sends to its retry topic itself has no position yet, and thus no id in the log. */
    private static boolean isStored(StoredMessage message) {
        return message.storeTimestamp() > 0;
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
