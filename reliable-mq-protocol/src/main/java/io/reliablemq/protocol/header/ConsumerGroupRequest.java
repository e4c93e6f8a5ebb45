package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of the requests about one consumer group: GET_CONSUMER_LIST_BY_GROUP, NOTIFY_CONSUMER_IDS_CHANGED, GET_CONSUMER_CONNECTIONS.
 */
public record ConsumerGroupRequest(String consumerGroup) {

    public static ConsumerGroupRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new ConsumerGroupRequest(fields.text("consumerGroup"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer().put("consumerGroup", consumerGroup).build();
    }
}
