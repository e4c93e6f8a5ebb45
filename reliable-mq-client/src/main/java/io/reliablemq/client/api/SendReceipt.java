package io.reliablemq.client.api;

import java.util.List;

/**
 * The broker has the message, as safely as it is configured to keep it ({@code SEND_OK}).
 *
 * @param messageId the unique id, the same over all tries
 * @param offsetMessageId the id of the stored copy
 * @param attempts every try, the successful one last
 */
public record SendReceipt(
        String messageId,
        String offsetMessageId,
        String topic,
        String brokerName,
        int queueId,
        long queueOffset,
        List<Attempt> attempts) {}
