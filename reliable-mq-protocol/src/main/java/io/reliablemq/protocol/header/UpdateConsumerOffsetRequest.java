package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of UPDATE_CONSUMER_OFFSET.
 *
 * @param commitOffset the next offset to consume
 */
public record UpdateConsumerOffsetRequest(String consumerGroup, String topic, int queueId, long commitOffset) {

    public static UpdateConsumerOffsetRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new UpdateConsumerOffsetRequest(
                fields.text("consumerGroup"),
                fields.text("topic"),
                fields.number("queueId"),
                fields.longNumber("commitOffset"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("consumerGroup", consumerGroup)
                .put("topic", topic)
                .put("queueId", queueId)
                .put("commitOffset", commitOffset)
                .build();
    }
}
