package io.reliablemq.protocol.message;

import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message as the broker keeps it and a consumer receives it. Immutable.
 *
 * @param queueOffset its number in its queue
 * @param position where it starts in the log of its broker, in bytes
 * @param systemFlag see {@link SystemFlag}
 * @param bornTimestamp when the producer sent it, in ms of the producer's clock
 * @param storeTimestamp when the broker stored it, in ms of the broker's clock
 * @param reconsumeTimes how often it was handed out again after a failure; 0 at first delivery
 * @param preparedPosition where the half message of a committed transaction stands, else 0
 * @param content the body as stored, which may be compressed
 */
public record StoredMessage(
        String topic,
        int queueId,
        long queueOffset,
        long position,
        int flag,
        int systemFlag,
        long bornTimestamp,
        InetSocketAddress bornHost,
        long storeTimestamp,
        InetSocketAddress storeHost,
        int reconsumeTimes,
        long preparedPosition,
        Map<String, String> properties,
        StoredBody content) {

    /** @param body as stored; the caller must not change it afterwards */
    public StoredMessage(
            String topic,
            int queueId,
            long queueOffset,
            long position,
            int flag,
            int systemFlag,
            long bornTimestamp,
            InetSocketAddress bornHost,
            long storeTimestamp,
            InetSocketAddress storeHost,
            int reconsumeTimes,
            long preparedPosition,
            Map<String, String> properties,
            byte[] body) {
        this(
                topic,
                queueId,
                queueOffset,
                position,
                flag,
                systemFlag,
                bornTimestamp,
                bornHost,
                storeTimestamp,
                storeHost,
                reconsumeTimes,
                preparedPosition,
                properties,
                StoredBody.of(body));
    }

    /** The body as stored, in an array of its own, which may be the message's: callers must not change it. */
    public byte[] body() {
        return content.toArray();
    }

    public int bodySize() {
        return content.size();
    }

    /** The same with a body that it shares with no other: for whoever keeps it for long. */
    public StoredMessage withOwnBody() {
        return content.isWhole()
                ? this
                : new StoredMessage(
                        topic,
                        queueId,
                        queueOffset,
                        position,
                        flag,
                        systemFlag,
                        bornTimestamp,
                        bornHost,
                        storeTimestamp,
                        storeHost,
                        reconsumeTimes,
                        preparedPosition,
                        properties,
                        content.copy());
    }

    public @Nullable String property(String name) {
        return properties.get(name);
    }

    public @Nullable String tag() {
        return properties.get(PropertyNames.TAGS);
    }

    /** The id that names the stored copy: address of the store and position in its log. */
    public String offsetMessageId() {
        return MessageIds.offsetMessageId(storeHost, position);
    }

    /** The producer's unique id where there is one, else the id of the stored copy. */
    public String messageId() {
        String unique = properties.get(PropertyNames.UNIQUE_ID);
        return unique == null ? offsetMessageId() : unique;
    }

    @Override
    public String toString() {
        return "StoredMessage[topic=" + topic + ", queue=" + queueId + ", offset=" + queueOffset + ", id=" + messageId()
                + ", reconsumeTimes=" + reconsumeTimes + ", " + bodySize() + " bytes]";
    }
}
