package io.reliablemq.client.api;

import io.reliablemq.protocol.message.PropertyNames;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message handed to a {@link MessageHandler}. Immutable, except for the array of its body, which is not copied again: it belongs to
 * this delivery, and interceptors and the handler share it. Whoever changes it changes nothing but what they see: another attempt, and
 * the copy that a broker keeps for it, have the body that was sent.
 *
 * @param topic the topic it was sent to, also when it comes from a retry queue
 * @param messageId the unique id: the same in every attempt and every copy
 * @param offsetMessageId the id of this stored copy
 * @param brokerName the broker it was received from
 * @param queueId the queue it was received from (of the retry topic for a retry)
 * @param queueOffset its number in that queue
 * @param reconsumeTimes how many attempts failed before; 0 at first delivery
 * @param bornAt when it was sent, by the producer's clock
 * @param storedAt when this copy was stored, by the broker's clock
 * @param flag the number that the sender gave it
 * @param properties the application's and the protocol's
 * @param body the payload, inflated
 */
public record ReceivedMessage(
        String topic,
        String messageId,
        String offsetMessageId,
        String brokerName,
        int queueId,
        long queueOffset,
        int reconsumeTimes,
        Instant bornAt,
        Instant storedAt,
        int flag,
        Map<String, String> properties,
        byte[] body) {

    /** A property by its name; null if the message has none of that name. */
    public @Nullable String property(String name) {
        return properties.get(name);
    }

    /** What subscriptions select by; null for none. */
    public @Nullable String tag() {
        return properties.get(PropertyNames.TAGS);
    }

    /** The keys that it can be found by, separated by blanks; null for none. */
    public @Nullable String keys() {
        return properties.get(PropertyNames.KEYS);
    }

    @Override
    public String toString() {
        return "ReceivedMessage[topic=" + topic + ", id=" + messageId + ", broker=" + brokerName + ", queue=" + queueId
                + ", offset=" + queueOffset + ", reconsumeTimes=" + reconsumeTimes + ", " + body.length + " bytes]";
    }
}
