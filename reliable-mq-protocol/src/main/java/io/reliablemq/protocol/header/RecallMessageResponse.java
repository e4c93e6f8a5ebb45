package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of the answer to RECALL_MESSAGE.
 *
 * @param messageId unique id of the message that was called back
 */
public record RecallMessageResponse(String messageId) {

    public static RecallMessageResponse read(Map<String, String> wire) {
        return new RecallMessageResponse(HeaderFields.of(wire).text("msgId"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer().put("msgId", messageId).build();
    }
}
