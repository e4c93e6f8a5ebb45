package io.reliablemq.conformance.port;

/**
 * A broker's {@code SEND_OK}.
 *
 * @param messageId the unique id that the client gave
 * @param offsetMessageId the id of the stored copy; of a batch, all of them joined by commas
 * @param queueOffset the message's number in its queue; of a batch, the first's
 */
public record Receipt(String messageId, String offsetMessageId, String brokerName, int queueId, long queueOffset) {}
