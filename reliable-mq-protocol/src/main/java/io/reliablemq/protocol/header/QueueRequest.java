package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of the requests about one queue: GET_MAX_OFFSET, GET_MIN_OFFSET, GET_EARLIEST_MESSAGE_STORE_TIME.
 */
public record QueueRequest(String topic, int queueId) {

    public static QueueRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new QueueRequest(fields.text("topic"), fields.number("queueId"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer().put("topic", topic).put("queueId", queueId).build();
    }
}
