package io.reliablemq.protocol.header;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header of CONSUMER_SEND_MESSAGE_BACK.
 *
 * @param position position of the failed message in the log
 * @param delayLevel below 0: dead letter at once; 0: by the number of attempts; else as given
 * @param failure our own: encoded {@link io.reliablemq.protocol.message.FailureProperties} for the broker's copy; null for none.
 *     Brokers of Apache RocketMQ ignore it
 */
public record SendMessageBackRequest(
        long position,
        String group,
        int delayLevel,
        @Nullable String originMessageId,
        @Nullable String originTopic,
        int maxReconsumeTimes,
        @Nullable String failure) {

    private static final String FAILURE = "failure";

    /** Without a word on why it failed. */
    public SendMessageBackRequest(
            long position,
            String group,
            int delayLevel,
            @Nullable String originMessageId,
            @Nullable String originTopic,
            int maxReconsumeTimes) {
        this(position, group, delayLevel, originMessageId, originTopic, maxReconsumeTimes, null);
    }

    public static SendMessageBackRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new SendMessageBackRequest(
                fields.longNumber("offset"),
                fields.text("group"),
                fields.number("delayLevel"),
                fields.optional("originMsgId"),
                fields.optional("originTopic"),
                fields.number("maxReconsumeTimes", 16),
                fields.optional(FAILURE));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("offset", position)
                .put("group", group)
                .put("delayLevel", delayLevel)
                .put("originMsgId", originMessageId)
                .put("originTopic", originTopic)
                .put("maxReconsumeTimes", maxReconsumeTimes)
                .put(FAILURE, failure)
                .build();
    }
}
