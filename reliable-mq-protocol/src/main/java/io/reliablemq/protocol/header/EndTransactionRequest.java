package io.reliablemq.protocol.header;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header of END_TRANSACTION.
 *
 * @param halfOffset queue offset of the half message
 * @param halfPosition where the half message stands in the log
 * @param decision {@link io.reliablemq.protocol.message.SystemFlag#TRANSACTION_COMMIT}, {@code TRANSACTION_ROLLBACK}, or 0
 *     where the producer does not know
 * @param fromCheck whether the broker had asked
 * @param messageId unique id
 */
public record EndTransactionRequest(
        @Nullable String topic,
        String producerGroup,
        long halfOffset,
        long halfPosition,
        int decision,
        boolean fromCheck,
        String messageId,
        @Nullable String transactionId,
        @Nullable String brokerName) {

    public static EndTransactionRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new EndTransactionRequest(
                fields.optional("topic"),
                fields.text("producerGroup"),
                fields.longNumber("tranStateTableOffset"),
                fields.longNumber("commitLogOffset"),
                fields.number("commitOrRollback"),
                fields.flag("fromTransactionCheck", false),
                fields.text("msgId"),
                fields.optional("transactionId"),
                fields.optional("bname"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("topic", topic)
                .put("producerGroup", producerGroup)
                .put("tranStateTableOffset", halfOffset)
                .put("commitLogOffset", halfPosition)
                .put("commitOrRollback", decision)
                .put("fromTransactionCheck", fromCheck)
                .put("msgId", messageId)
                .put("transactionId", transactionId)
                .put("bname", brokerName)
                .build();
    }
}
