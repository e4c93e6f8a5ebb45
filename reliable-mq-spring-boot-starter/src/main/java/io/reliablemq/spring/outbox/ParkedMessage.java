package io.reliablemq.spring.outbox;

import io.reliablemq.protocol.message.Message;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message that was refused for what it is, so that sending it again would not help. It is kept until it is sent again or
 * deleted.
 *
 * @param messageId its unique id
 * @param createdAt when it was taken down
 * @param parkedAt when it was refused
 * @param attempts sends of it, the refused one last
 * @param reason what the broker or the client said
 */
public record ParkedMessage(
        String messageId,
        String topic,
        @Nullable String tag,
        @Nullable String keys,
        @Nullable String orderingKey,
        int bodyBytes,
        Instant createdAt,
        Instant parkedAt,
        int attempts,
        String reason) {

    static ParkedMessage of(Message message, long createdAt, long parkedAt, int attempts, @Nullable String reason) {
        return new ParkedMessage(
                String.valueOf(message.uniqueId()),
                message.topic(),
                message.tag(),
                message.keys(),
                message.orderingKey(),
                message.body().length,
                Instant.ofEpochMilli(createdAt),
                Instant.ofEpochMilli(parkedAt),
                attempts,
                reason == null ? "" : reason);
    }
}
