package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of INVOKE_BROKER_TO_RESET_OFFSET.
 *
 * @param queueId below 0: all queues
 * @param offset below 0: by time
 * @param timestamp ms; below 0: the end
 * @param isForced whether a group may also be set forward by time
 */
public record ResetOffsetRequest(
        String topic, String group, int queueId, long offset, long timestamp, boolean isForced) {

    public static ResetOffsetRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new ResetOffsetRequest(
                fields.text("topic"),
                fields.text("group"),
                fields.number("queueId", -1),
                fields.longNumber("offset", -1),
                fields.longNumber("timestamp", -1),
                fields.flag("isForce", false));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("topic", topic)
                .put("group", group)
                .put("queueId", queueId)
                .put("offset", offset)
                .put("timestamp", timestamp)
                .put("isForce", isForced)
                .build();
    }
}
