package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of UPDATE_AND_CREATE_TOPIC.
 */
public record CreateTopicRequest(String topic, int readQueues, int writeQueues, int permission) {

    public static CreateTopicRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new CreateTopicRequest(
                fields.text("topic"),
                fields.number("readQueueNums"),
                fields.number("writeQueueNums"),
                fields.number("perm"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("topic", topic)
                .put("readQueueNums", readQueues)
                .put("writeQueueNums", writeQueues)
                .put("perm", permission)
                .build();
    }
}
