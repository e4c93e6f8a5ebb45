package io.reliablemq.client.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a message that was sent.
 *
 * @param status whether a broker has it; where it does not, there is no broker, queue or offset below
 * @param messageId the unique id, the same over all tries
 * @param offsetMessageId the id of the stored copy; empty where the broker did not tell
 * @param queueId -1 for none
 * @param queueOffset -1 for none; of a message that waits for its time, its place in the queue where it waits
 * @param recallHandle what {@link Producer#recall} takes; only of a message that waits for a time of its own
 * @param attempts every try, a successful one last
 */
public record SendReceipt(
        SendStatus status,
        String messageId,
        String offsetMessageId,
        String topic,
        String brokerName,
        int queueId,
        long queueOffset,
        @Nullable String recallHandle,
        List<Attempt> attempts) {

    public SendReceipt {
        attempts = List.copyOf(attempts);
    }
}
