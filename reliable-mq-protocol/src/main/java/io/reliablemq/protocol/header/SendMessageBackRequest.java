package io.reliablemq.protocol.header;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header of CONSUMER_SEND_MESSAGE_BACK.
 *
 * @param position position of the failed message in the log
 * @param delayLevel below 0: dead letter at once; 0: by the number of attempts; else as given
 */
public record SendMessageBackRequest(
        long position,
        String group,
        int delayLevel,
        @Nullable String originMessageId,
        @Nullable String originTopic,
        int maxReconsumeTimes) {

    public static SendMessageBackRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new SendMessageBackRequest(
                fields.longNumber("offset"),
                fields.text("group"),
                fields.number("delayLevel"),
                fields.optional("originMsgId"),
                fields.optional("originTopic"),
                fields.number("maxReconsumeTimes", 16));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("offset", position)
                .put("group", group)
                .put("delayLevel", delayLevel)
                .put("originMsgId", originMessageId)
                .put("originTopic", originTopic)
                .put("maxReconsumeTimes", maxReconsumeTimes)
                .build();
    }
}
