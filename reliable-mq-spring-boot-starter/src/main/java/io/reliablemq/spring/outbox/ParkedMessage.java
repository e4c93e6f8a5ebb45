package io.reliablemq.spring.outbox;

import io.reliablemq.protocol.message.PropertyNames;
import java.time.Instant;
import java.util.Map;
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

    static ParkedMessage of(
            String messageId,
            String topic,
            Map<String, String> properties,
            int bodyBytes,
            long createdAt,
            long parkedAt,
            int attempts,
            @Nullable String reason) {
        return new ParkedMessage(
                messageId,
                topic,
                properties.get(PropertyNames.TAGS),
                properties.get(PropertyNames.KEYS),
                properties.get(PropertyNames.SHARDING_KEY),
                bodyBytes,
                Instant.ofEpochMilli(createdAt),
                Instant.ofEpochMilli(parkedAt),
                attempts,
                reason == null ? "" : reason);
    }
}
