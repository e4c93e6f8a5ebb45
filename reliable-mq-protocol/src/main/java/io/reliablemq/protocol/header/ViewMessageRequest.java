package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of VIEW_MESSAGE_BY_ID.
 *
 * @param position position in the log
 */
public record ViewMessageRequest(long position) {

    public static ViewMessageRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new ViewMessageRequest(fields.longNumber("offset"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer().put("offset", position).build();
    }
}
