package io.reliablemq.protocol.header;

import io.reliablemq.protocol.message.Names;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header of the send requests. Version 1 spells its names out, version 2 has one letter each; a batch is always sent
 * with version 2.
 *
 * @param defaultTopic the topic whose settings a new topic inherits
 * @param defaultQueueCount queues of a new topic at the most
 * @param queueId below 0: the broker chooses
 * @param systemFlag see {@link io.reliablemq.protocol.message.SystemFlag}
 * @param bornTimestamp ms of the producer's clock
 * @param flag the application's number
 * @param properties the encoded properties string
 * @param maxReconsumeTimes only in retries that a consumer sends itself; -1 if absent
 * @param batch whether the body is a {@link io.reliablemq.protocol.message.BatchLayout}
 * @param brokerName the broker that the caller means to reach
 * @param maybeStored our own: the broker may hold the message already, from an attempt whose answer was not heard. Brokers
 *     of Apache RocketMQ ignore it
 */
public record SendMessageRequest(
        String producerGroup,
        String topic,
        String defaultTopic,
        int defaultQueueCount,
        int queueId,
        int systemFlag,
        long bornTimestamp,
        int flag,
        @Nullable String properties,
        int reconsumeTimes,
        int maxReconsumeTimes,
        boolean batch,
        @Nullable String brokerName,
        boolean maybeStored) {

    private static final String MAYBE_STORED = "maybeStored";

    public static SendMessageRequest readV1(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        String defaultTopic = fields.optional("defaultTopic");
        return new SendMessageRequest(
                fields.text("producerGroup"),
                fields.text("topic"),
                defaultTopic == null ? Names.AUTO_CREATE_TOPIC : defaultTopic,
                fields.number("defaultTopicQueueNums", 4),
                fields.number("queueId"),
                fields.number("sysFlag", 0),
                fields.longNumber("bornTimestamp"),
                fields.number("flag", 0),
                fields.optional("properties"),
                fields.number("reconsumeTimes", 0),
                fields.number("maxReconsumeTimes", -1),
                fields.flag("batch", false),
                fields.optional("bname"),
                fields.flag(MAYBE_STORED, false));
    }

    public static SendMessageRequest readV2(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        String defaultTopic = fields.optional("c");
        return new SendMessageRequest(
                fields.text("a"),
                fields.text("b"),
                defaultTopic == null ? Names.AUTO_CREATE_TOPIC : defaultTopic,
                fields.number("d", 4),
                fields.number("e"),
                fields.number("f", 0),
                fields.longNumber("g"),
                fields.number("h", 0),
                fields.optional("i"),
                fields.number("j", 0),
                fields.number("l", -1),
                fields.flag("m", false),
                fields.optional("n"),
                fields.flag(MAYBE_STORED, false));
    }

    /** The fields under their version 2 names. */
    public Map<String, String> fieldsV2() {
        HeaderFields.Writer writer = HeaderFields.writer()
                .put("a", producerGroup)
                .put("b", topic)
                .put("c", defaultTopic)
                .put("d", defaultQueueCount)
                .put("e", queueId)
                .put("f", systemFlag)
                .put("g", bornTimestamp)
                .put("h", flag)
                .put("i", properties)
                .put("j", reconsumeTimes)
                .put("k", false)
                .put("m", batch)
                .put("n", brokerName);
        if (maxReconsumeTimes >= 0) {
            writer.put("l", maxReconsumeTimes);
        }
        if (maybeStored) {
            writer.put(MAYBE_STORED, true);
        }
        return writer.build();
    }
}
