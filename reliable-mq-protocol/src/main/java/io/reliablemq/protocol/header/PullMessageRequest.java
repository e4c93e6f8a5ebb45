package io.reliablemq.protocol.header;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header of PULL_MESSAGE and LITE_PULL_MESSAGE.
 *
 * @param queueOffset first offset wanted
 * @param systemFlag see {@link PullFlags}
 * @param commitOffset counts only with {@link PullFlags#COMMIT_OFFSET}
 * @param suspendTimeoutMs counts only with {@link PullFlags#SUSPEND}
 */
public record PullMessageRequest(
        String consumerGroup,
        String topic,
        int queueId,
        long queueOffset,
        int maxMessages,
        int systemFlag,
        long commitOffset,
        long suspendTimeoutMs,
        @Nullable String subscription,
        long subscriptionVersion,
        @Nullable String expressionType,
        int maxBytes) {

    public static PullMessageRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new PullMessageRequest(
                fields.text("consumerGroup"),
                fields.text("topic"),
                fields.number("queueId"),
                fields.longNumber("queueOffset"),
                fields.number("maxMsgNums"),
                fields.number("sysFlag"),
                fields.longNumber("commitOffset", 0),
                fields.longNumber("suspendTimeoutMillis", 0),
                fields.optional("subscription"),
                fields.longNumber("subVersion", 0),
                fields.optional("expressionType"),
                fields.number("maxMsgBytes", Integer.MAX_VALUE));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("consumerGroup", consumerGroup)
                .put("topic", topic)
                .put("queueId", queueId)
                .put("queueOffset", queueOffset)
                .put("maxMsgNums", maxMessages)
                .put("sysFlag", systemFlag)
                .put("commitOffset", commitOffset)
                .put("suspendTimeoutMillis", suspendTimeoutMs)
                .put("subscription", subscription)
                .put("subVersion", subscriptionVersion)
                .put("expressionType", expressionType)
                .put("maxMsgBytes", maxBytes)
                .build();
    }
}
