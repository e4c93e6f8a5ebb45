package io.reliablemq.client.producer;

import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.SendQueue;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.Names;
import org.jspecify.annotations.Nullable;

/**
 * What is to be sent, where to, and how often it may be tried.
 *
 * @param message with its unique id, the same in every attempt; of a batch the first
 * @param bornTimestamp ms; the same in every attempt
 * @param maxAttempts at least 1
 * @param oneWay whether no answer is asked for
 * @param queue the only one to be tried; null if that is left to the client
 * @param maybeStored whether a broker may hold the message already, from an earlier send
 */
record SendOrder(
        Message message,
        Payload payload,
        long bornTimestamp,
        ProducerSettings settings,
        int maxAttempts,
        boolean oneWay,
        @Nullable SendQueue queue,
        boolean maybeStored) {

    String topic() {
        return message.topic();
    }

    boolean isReply() {
        return payload.requestCode() == RequestCode.SEND_REPLY_MESSAGE_V2;
    }

    SendOrder toQueue(SendQueue only) {
        only.requireFor(message);
        return new SendOrder(message, payload, bornTimestamp, settings, maxAttempts, oneWay, only, maybeStored);
    }

    SendOrder withSystemFlag(int bits) {
        return new SendOrder(
                message,
                payload.withSystemFlag(bits),
                bornTimestamp,
                settings,
                maxAttempts,
                oneWay,
                queue,
                maybeStored);
    }

    /** @param again whether a broker may hold the message from an attempt before */
    Command requestTo(TargetQueue target, boolean again) {
        SendMessageRequest header = new SendMessageRequest(
                settings.group(),
                topic(),
                Names.AUTO_CREATE_TOPIC,
                settings.defaultTopicQueueCount(),
                target.queueId(),
                payload.systemFlag(),
                bornTimestamp,
                payload.flag(),
                payload.properties(),
                0,
                -1,
                payload.batch(),
                target.brokerName(),
                maybeStored || again);
        Command request = Command.request(payload.requestCode(), header.fieldsV2(), Body.of(payload.body()));
        return oneWay ? request.asOneWay() : request;
    }
}
