package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of the requests that name one topic: DELETE_TOPIC_IN_BROKER, GET_TOPIC_STATS.
 */
public record TopicRequest(String topic) {

    public static TopicRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new TopicRequest(fields.text("topic"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer().put("topic", topic).build();
    }
}
