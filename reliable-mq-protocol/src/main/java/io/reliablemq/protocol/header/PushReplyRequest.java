package io.reliablemq.protocol.header;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header of PUSH_REPLY_MESSAGE_TO_CLIENT: a reply on its way from a broker to whoever waits for it.
 *
 * @param send what the one who replies has sent
 * @param bornHost its address, {@code ip:port}
 * @param storeHost that of the broker, likewise
 * @param storeTimestamp ms of the broker's clock
 */
public record PushReplyRequest(
        SendMessageRequest send,
        @Nullable String bornHost,
        @Nullable String storeHost,
        long storeTimestamp) {

    public static PushReplyRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new PushReplyRequest(
                SendMessageRequest.readV1(wire),
                fields.optional("bornHost"),
                fields.optional("storeHost"),
                fields.longNumber("storeTimestamp", 0));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("bornHost", bornHost)
                .put("storeHost", storeHost)
                .put("storeTimestamp", storeTimestamp)
                .put("producerGroup", send.producerGroup())
                .put("topic", send.topic())
                .put("defaultTopic", send.defaultTopic())
                .put("defaultTopicQueueNums", send.defaultQueueCount())
                .put("queueId", send.queueId())
                .put("sysFlag", send.systemFlag())
                .put("bornTimestamp", send.bornTimestamp())
                .put("flag", send.flag())
                .put("properties", send.properties())
                .put("reconsumeTimes", send.reconsumeTimes())
                .put("unitMode", false)
                .put("batch", send.batch())
                .build();
    }
}
