package io.reliablemq.protocol.header;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header of SEARCH_OFFSET_BY_TIMESTAMP.
 *
 * @param timestamp ms
 * @param boundary LOWER (also if absent) or UPPER
 */
public record SearchOffsetRequest(
        String topic, int queueId, long timestamp, @Nullable String boundary) {

    public static SearchOffsetRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new SearchOffsetRequest(
                fields.text("topic"),
                fields.number("queueId"),
                fields.longNumber("timestamp"),
                fields.optional("boundaryType"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("topic", topic)
                .put("queueId", queueId)
                .put("timestamp", timestamp)
                .put("boundaryType", boundary)
                .build();
    }
}
