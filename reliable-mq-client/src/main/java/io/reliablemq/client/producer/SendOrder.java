package io.reliablemq.client.producer;

import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import java.nio.charset.StandardCharsets;

/**
 * What is to be sent, and how often it may be tried.
 *
 * @param message with its unique id, the same in every attempt
 * @param properties encoded
 * @param bornTimestamp ms; the same in every attempt
 * @param maxAttempts at least 1
 * @param oneWay whether no answer is asked for
 */
record SendOrder(
        Message message,
        String properties,
        long bornTimestamp,
        ProducerSettings settings,
        int maxAttempts,
        boolean oneWay) {

    /**
     * Takes a message over.
     *
     * @throws IllegalArgumentException if it cannot be sent, naming its topic and size
     */
    static SendOrder of(
            Message message,
            String uniqueId,
            long bornTimestamp,
            ProducerSettings settings,
            int maxAttempts,
            boolean oneWay) {
        requireBody(message, settings.maxMessageBytes());
        Message sent = message.uniqueId() == null ? message.withProperty(PropertyNames.UNIQUE_ID, uniqueId) : message;
        sent = sent.withProperty(PropertyNames.WAIT_STORE, "true");
        return new SendOrder(sent, encode(sent), bornTimestamp, settings, maxAttempts, oneWay);
    }

    private static void requireBody(Message message, int maxBytes) {
        int size = message.body().length;
        if (size == 0) {
            throw new IllegalArgumentException("The message for topic '" + message.topic()
                    + "' has an empty body of 0 bytes; a body has 1 to " + maxBytes + " bytes");
        }
        if (size > maxBytes) {
            throw new IllegalArgumentException("The message for topic '" + message.topic() + "' has a body of " + size
                    + " bytes; at most " + maxBytes + " are allowed (maxMessageBytes)");
        }
    }

    private static String encode(Message message) {
        String encoded = MessageProperties.encode(message.properties());
        int size = encoded.getBytes(StandardCharsets.UTF_8).length;
        if (size > MessageProperties.MAX_BYTES) {
            throw new IllegalArgumentException("The message for topic '" + message.topic() + "' has properties of "
                    + size + " bytes; at most " + MessageProperties.MAX_BYTES + " are allowed");
        }
        return encoded;
    }

    Command requestTo(TargetQueue target) {
        SendMessageRequest header = new SendMessageRequest(
                settings.group(),
                message.topic(),
                Names.AUTO_CREATE_TOPIC,
                settings.defaultTopicQueueCount(),
                target.queueId(),
                0,
                bornTimestamp,
                message.flag(),
                properties,
                0,
                -1,
                false,
                target.brokerName());
        Command request = Command.request(RequestCode.SEND_MESSAGE_V2, header.fieldsV2(), Body.of(message.body()));
        return oneWay ? request.asOneWay() : request;
    }
}
