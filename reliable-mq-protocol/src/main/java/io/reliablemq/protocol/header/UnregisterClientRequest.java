package io.reliablemq.protocol.header;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header of UNREGISTER_CLIENT.
 */
public record UnregisterClientRequest(
        String clientId,
        @Nullable String producerGroup,
        @Nullable String consumerGroup) {

    public static UnregisterClientRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new UnregisterClientRequest(
                fields.text("clientID"), fields.optional("producerGroup"), fields.optional("consumerGroup"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("clientID", clientId)
                .put("producerGroup", producerGroup)
                .put("consumerGroup", consumerGroup)
                .build();
    }
}
