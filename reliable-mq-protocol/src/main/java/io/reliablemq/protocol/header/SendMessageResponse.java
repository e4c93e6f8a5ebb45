package io.reliablemq.protocol.header;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header of the answer to a send that was stored (codes 0, 10, 11, 12).
 *
 * @param messageId offset message id; of a batch the ids joined by commas
 * @param queueOffset of a batch that of the first message
 * @param recallHandle see {@link io.reliablemq.protocol.message.RecallHandle}; null unless the message waits for its time
 */
public record SendMessageResponse(
        String messageId,
        int queueId,
        long queueOffset,
        @Nullable String transactionId,
        @Nullable String recallHandle) {

    public static SendMessageResponse read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new SendMessageResponse(
                fields.text("msgId"),
                fields.number("queueId"),
                fields.longNumber("queueOffset"),
                fields.optional("transactionId"),
                fields.optional("recallHandle"));
    }

    public Map<String, String> fields() {
        return writer().build();
    }

    /** The same, for whoever has more to say. */
    public HeaderFields.Writer writer() {
        return HeaderFields.writer()
                .put("msgId", messageId)
                .put("queueId", queueId)
                .put("queueOffset", queueOffset)
                .put("transactionId", transactionId)
                .put("recallHandle", recallHandle);
    }
}
