package io.reliablemq.protocol.header;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header of CONSUMER_SEND_MESSAGE_BACK.
 *
 * @param position position of the failed message in the log
 * @param delayLevel below 0: dead letter at once; 0: by the number of attempts; else as given
 * @param delay our own: what to wait for instead of the level; null for the level. Brokers of Apache RocketMQ go by the level
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
        @Nullable Duration delay,
        @Nullable String failure) {

    private static final String DELAY_MILLIS = "delayMillis";
    private static final String FAILURE = "failure";

    /** For a delay of the broker's, without a word on why it failed. */
    public SendMessageBackRequest(
            long position,
            String group,
            int delayLevel,
            @Nullable String originMessageId,
            @Nullable String originTopic,
            int maxReconsumeTimes) {
        this(position, group, delayLevel, originMessageId, originTopic, maxReconsumeTimes, null, null);
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
                delay(fields.longNumber(DELAY_MILLIS, 0)),
                fields.optional(FAILURE));
    }

    private static @Nullable Duration delay(long millis) {
        return millis > 0 ? Duration.ofMillis(millis) : null;
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("offset", position)
                .put("group", group)
                .put("delayLevel", delayLevel)
                .put("originMsgId", originMessageId)
                .put("originTopic", originTopic)
                .put("maxReconsumeTimes", maxReconsumeTimes)
                .put(DELAY_MILLIS, delay == null ? null : Long.toString(delay.toMillis()))
                .put(FAILURE, failure)
                .build();
    }
}
