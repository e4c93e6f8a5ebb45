package io.reliablemq.conformance.port;

/**
 * A message as it stands in a broker.
 *
 * @param messageId the unique id, the same in every copy
 * @param offsetMessageId the id of this stored copy
 * @param storeTimestamp when the broker stored this copy, in ms
 */
public record StoredCopy(
        String topic,
        String messageId,
        String offsetMessageId,
        int queueId,
        long queueOffset,
        long storeTimestamp,
        byte[] body) {}
