package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of the answers that consist of one queue offset.
 */
public record OffsetResponse(long offset) {

    public static OffsetResponse read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new OffsetResponse(fields.longNumber("offset"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer().put("offset", offset).build();
    }
}
