package io.reliablemq.protocol.message;

import io.reliablemq.protocol.text.TextList;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message as an application sends it: a topic, a body and properties.
 *
 * <p>Immutable, except that the body is not copied: the array belongs to the message from then on, as to spare each send a copy.
 * Whoever changes it before the send has ended may change what a later attempt sends. Properties keep their order. Build one with {@link #builder(String)} or {@link #of(String, byte[])}.
 *
 * @param topic where it goes
 * @param flag a number of the application's own; the system only carries it
 * @param properties the application's and the protocol's properties; never null, never modifiable
 * @param body the payload, not empty when sent
 */
public record Message(String topic, int flag, Map<String, String> properties, byte[] body) {

    public Message {
        Names.requireTopic(topic);
        properties = TextList.copyOf(properties);
        properties.forEach(Message::requireEncodable);
    }

    public static Message of(String topic, byte[] body) {
        return new Message(topic, 0, Map.of(), body);
    }

    public static Builder builder(String topic) {
        return new Builder(topic);
    }

    public @Nullable String property(String name) {
        return properties.get(name);
    }

    public @Nullable String tag() {
        return properties.get(PropertyNames.TAGS);
    }

    /** The keys it can be found by, separated by blanks. */
    public @Nullable String keys() {
        return properties.get(PropertyNames.KEYS);
    }

    /** The unique id; null until a producer has taken the message over. */
    public @Nullable String uniqueId() {
        return properties.get(PropertyNames.UNIQUE_ID);
    }

    /** What it must keep its order with; null if nothing. */
    public @Nullable String orderingKey() {
        return properties.get(PropertyNames.SHARDING_KEY);
    }

    /** The delay level, from 1; 0 for none. */
    public int delayLevel() {
        String level = properties.get(PropertyNames.DELAY_LEVEL);
        return level == null ? 0 : Integer.parseInt(level);
    }

    public Message withProperty(String name, String value) {
        Map<String, String> changed = new LinkedHashMap<>(properties);
        changed.put(name, value);
        return new Message(topic, flag, changed, body);
    }

    @Override
    public String toString() {
        return "Message[topic=" + topic + ", " + body.length + " bytes, properties=" + properties + "]";
    }

    private static void requireEncodable(String name, String value) {
        if (!MessageProperties.isEncodable(name) || !MessageProperties.isEncodable(value)) {
            throw new IllegalArgumentException("The property '" + name
                    + "' contains the control character 0x01 or 0x02, which the protocol uses as a separator");
        }
    }

    /** Collects the parts of a {@link Message}. Not thread-safe. */
    public static final class Builder {

        private final String topic;
        private final Map<String, String> properties = new LinkedHashMap<>();
        private int flag;
        private byte[] body = new byte[0];

        private Builder(String topic) {
            this.topic = topic;
        }

        public Builder body(byte[] bytes) {
            this.body = bytes;
            return this;
        }

        public Builder tag(String tag) {
            return set(PropertyNames.TAGS, tag);
        }

        /** One key, or several separated by blanks. */
        public Builder keys(String keys) {
            return set(PropertyNames.KEYS, keys);
        }

        /**
         * Keeps the message in order with all others of the same key: they go to one queue and to no other, also in
         * retries. While the broker of that queue is away, the send fails rather than move.
         */
        public Builder orderingKey(String key) {
            return set(PropertyNames.SHARDING_KEY, key);
        }

        /** A level of the broker's {@code messageDelayLevel}, from 1. */
        public Builder delayLevel(int level) {
            if (level < 1) {
                throw new IllegalArgumentException("The delay level is " + level + "; levels start at 1");
            }
            return set(PropertyNames.DELAY_LEVEL, Integer.toString(level));
        }

        /**
         * Delivers the message after a time that need not be a level. The broker counts from its arrival, in
         * milliseconds; one that is too long for the broker is refused by it.
         */
        public Builder deliverAfter(Duration delay) {
            if (delay.isNegative()) {
                throw new IllegalArgumentException("The delay is " + delay + "; it must not be negative");
            }
            properties.remove(PropertyNames.TIMER_DELIVER_MILLIS);
            return set(PropertyNames.TIMER_DELAY_MILLIS, Long.toString(delay.toMillis()));
        }

        /** Delivers the message at a time by the broker's clock; at once if that is past. */
        public Builder deliverAt(Instant time) {
            properties.remove(PropertyNames.TIMER_DELAY_MILLIS);
            return set(PropertyNames.TIMER_DELIVER_MILLIS, Long.toString(time.toEpochMilli()));
        }

        /**
         * How urgent the message is; a greater number comes first. The broker puts it into the queue of that number, or into the
         * last one if there are fewer; all messages of one priority are in one queue then, which one member of a group reads. A
         * message with an ordering key stays with its key, one of a batch with its batch. A concurrent consumer begins with the
         * urgent ones of the messages that it holds; so that no other waits for ever, every sixteenth is taken from all priorities in turn.
         */
        public Builder priority(int priority) {
            if (priority < 0) {
                throw new IllegalArgumentException("The priority is " + priority + "; it must not be negative");
            }
            return set(PropertyNames.PRIORITY, Integer.toString(priority));
        }

        public Builder flag(int value) {
            this.flag = value;
            return this;
        }

        /** A property of the application's own. @throws IllegalArgumentException if the protocol reserves the name */
        public Builder property(String name, String value) {
            if (PropertyNames.isReserved(name)) {
                throw new IllegalArgumentException(
                        "The property name '" + name + "' is reserved by the protocol; choose another");
            }
            return set(name, value);
        }

        public Message build() {
            return new Message(topic, flag, properties, body);
        }

        private Builder set(String name, String value) {
            properties.put(name, value);
            return this;
        }
    }
}
