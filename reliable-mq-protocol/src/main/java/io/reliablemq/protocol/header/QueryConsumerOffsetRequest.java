package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of QUERY_CONSUMER_OFFSET.
 */
public record QueryConsumerOffsetRequest(String consumerGroup, String topic, int queueId, boolean setZeroIfNotFound) {

    public static QueryConsumerOffsetRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new QueryConsumerOffsetRequest(
                fields.text("consumerGroup"),
                fields.text("topic"),
                fields.number("queueId"),
                fields.flag("setZeroIfNotFound", true));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("consumerGroup", consumerGroup)
                .put("topic", topic)
                .put("queueId", queueId)
                .put("setZeroIfNotFound", setZeroIfNotFound)
                .build();
    }
}
