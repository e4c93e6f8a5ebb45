package io.reliablemq.protocol.header;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header of CHECK_TRANSACTION_STATE; the half message is the body.
 *
 * @param halfOffset queue offset of the half message
 * @param halfPosition where the half message stands in the log
 * @param messageId unique id
 */
public record CheckTransactionRequest(
        @Nullable String topic,
        long halfOffset,
        long halfPosition,
        @Nullable String messageId,
        @Nullable String transactionId,
        @Nullable String offsetMessageId,
        @Nullable String brokerName) {

    public static CheckTransactionRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new CheckTransactionRequest(
                fields.optional("topic"),
                fields.longNumber("tranStateTableOffset"),
                fields.longNumber("commitLogOffset"),
                fields.optional("msgId"),
                fields.optional("transactionId"),
                fields.optional("offsetMsgId"),
                fields.optional("bname"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("topic", topic)
                .put("tranStateTableOffset", halfOffset)
                .put("commitLogOffset", halfPosition)
                .put("msgId", messageId)
                .put("transactionId", transactionId)
                .put("offsetMsgId", offsetMessageId)
                .put("bname", brokerName)
                .build();
    }
}
