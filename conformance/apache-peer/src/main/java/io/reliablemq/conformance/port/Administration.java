package io.reliablemq.conformance.port;

import java.util.List;
import java.util.Set;

/** The official administration tool, as far as the suite needs it to prepare a broker and to look at what it holds. */
public interface Administration extends AutoCloseable {

    /**
     * The addresses of the brokers that the name server knows.
     *
     * @throws IllegalStateException if no name server answers
     */
    Set<String> brokerAddresses();

    /** Creates a topic on one broker, which then tells the name server. */
    void createTopic(String brokerAddress, String topic, int queues);

    /** The names of the brokers on which the name server knows this topic. */
    Set<String> brokersOf(String topic);

    /**
     * Finds messages by a word of their keys, in the order in which the tool gives them.
     *
     * @param beginMs earliest store time
     * @param endMs latest store time
     * @return an empty list if there is none
     */
    List<StoredCopy> byKey(String topic, String key, int maxMessages, long beginMs, long endMs);

    /** Finds messages by their tag, likewise. */
    List<StoredCopy> byTag(String topic, String tag, int maxMessages, long beginMs, long endMs);

    /** Finds a message by its unique id. @throws IllegalStateException if there is none */
    StoredCopy byUniqueId(String topic, String uniqueId);

    /** Reads the stored copy that this id names. @throws IllegalStateException if there is none */
    StoredCopy byOffsetId(String topic, String offsetMessageId);

    /** The first offset of a queue that was stored at this time or later. */
    long lowerOffset(String brokerName, String topic, int queueId, long timestampMs);

    /** The last offset of a queue that was stored at this time or earlier. */
    long upperOffset(String brokerName, String topic, int queueId, long timestampMs);

    /** Where a group goes on in a queue; -1 if its broker has not been told. */
    long committedOffset(String group, String brokerName, String topic, int queueId);

    /** Has the group go on in the topic with what was stored at this time or later, whether or not its members run. */
    void resetOffsets(String group, String topic, long timestampMs);

    @Override
    void close();
}
