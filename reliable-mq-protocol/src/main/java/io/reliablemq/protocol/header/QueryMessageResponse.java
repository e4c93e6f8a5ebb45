package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of the answer to QUERY_MESSAGE: how far the index goes.
 *
 * @param lastTimestamp store timestamp of the last message in the index, ms
 * @param lastPosition position of that message in the log
 */
public record QueryMessageResponse(long lastTimestamp, long lastPosition) {

    public static QueryMessageResponse read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new QueryMessageResponse(
                fields.longNumber("indexLastUpdateTimestamp"), fields.longNumber("indexLastUpdatePhyoffset"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("indexLastUpdateTimestamp", lastTimestamp)
                .put("indexLastUpdatePhyoffset", lastPosition)
                .build();
    }
}
