package io.reliablemq.protocol.header;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header of RECALL_MESSAGE.
 *
 * @param handle see {@link io.reliablemq.protocol.message.RecallHandle}
 */
public record RecallMessageRequest(
        String topic,
        String handle,
        @Nullable String producerGroup,
        @Nullable String brokerName) {

    public static RecallMessageRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new RecallMessageRequest(
                fields.text("topic"),
                fields.text("recallHandle"),
                fields.optional("producerGroup"),
                fields.optional("bname"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("topic", topic)
                .put("recallHandle", handle)
                .put("producerGroup", producerGroup)
                .put("bname", brokerName)
                .build();
    }
}
