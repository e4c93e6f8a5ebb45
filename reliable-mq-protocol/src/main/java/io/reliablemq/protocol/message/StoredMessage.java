package io.reliablemq.protocol.message;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message as the broker keeps it and a consumer receives it. Immutable.
 *
 * <p>Its body may be a part of an array that it shares with those that came with it, so that whoever keeps one of them keeps them all.
 */
public final class StoredMessage {

    private final String topic;
    private final int queueId;
    private final long queueOffset;
    private final long position;
    private final int flag;
    private final int systemFlag;
    private final long bornTimestamp;
    private final InetSocketAddress bornHost;
    private final long storeTimestamp;
    private final InetSocketAddress storeHost;
    private final int reconsumeTimes;
    private final long preparedPosition;
    private final Map<String, String> properties;
    private final byte[] bytes;
    private final int bodyFrom;
    private final int bodySize;

    /**
     * @param queueOffset its number in its queue
     * @param position where it starts in the log of its broker, in bytes
     * @param systemFlag see {@link SystemFlag}
     * @param bornTimestamp when the producer sent it, in ms of the producer's clock
     * @param storeTimestamp when the broker stored it, in ms of the broker's clock
     * @param reconsumeTimes how often it was handed out again after a failure; 0 at first delivery
     * @param preparedPosition where the half message of a committed transaction stands, else 0
     * @param body as stored, which may be compressed; the caller must not change it afterwards
     */
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
                body,
                0,
                body.length);
    }

    /** With a body that is a part of these bytes. */
    StoredMessage(
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
            byte[] bytes,
            int bodyFrom,
            int bodySize) {
        this.topic = topic;
        this.queueId = queueId;
        this.queueOffset = queueOffset;
        this.position = position;
        this.flag = flag;
        this.systemFlag = systemFlag;
        this.bornTimestamp = bornTimestamp;
        this.bornHost = bornHost;
        this.storeTimestamp = storeTimestamp;
        this.storeHost = storeHost;
        this.reconsumeTimes = reconsumeTimes;
        this.preparedPosition = preparedPosition;
        this.properties = properties;
        this.bytes = bytes;
        this.bodyFrom = bodyFrom;
        this.bodySize = bodySize;
    }

    public String topic() {
        return topic;
    }

    public int queueId() {
        return queueId;
    }

    public long queueOffset() {
        return queueOffset;
    }

    public long position() {
        return position;
    }

    public int flag() {
        return flag;
    }

    public int systemFlag() {
        return systemFlag;
    }

    public long bornTimestamp() {
        return bornTimestamp;
    }

    public InetSocketAddress bornHost() {
        return bornHost;
    }

    public long storeTimestamp() {
        return storeTimestamp;
    }

    public InetSocketAddress storeHost() {
        return storeHost;
    }

    public int reconsumeTimes() {
        return reconsumeTimes;
    }

    public long preparedPosition() {
        return preparedPosition;
    }

    public Map<String, String> properties() {
        return properties;
    }

    /** The body in an array of its own, which may be the message's: callers must not change it. */
    public byte[] body() {
        return bodySize == bytes.length ? bytes : copyOfBody();
    }

    /** The body in an array that belongs to the caller. */
    public byte[] copyOfBody() {
        return Arrays.copyOfRange(bytes, bodyFrom, bodyFrom + bodySize);
    }

    public int bodySize() {
        return bodySize;
    }

    /** The same with a body that it shares with no other: for whoever keeps it for long. */
    public StoredMessage withOwnBody() {
        return bodySize == bytes.length
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
                        copyOfBody());
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
                + ", reconsumeTimes=" + reconsumeTimes + ", " + bodySize + " bytes]";
    }
}
