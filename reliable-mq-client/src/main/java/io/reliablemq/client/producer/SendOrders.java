package io.reliablemq.client.producer;

import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.compression.BodyFormat;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageIds.UniqueIds;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.SystemFlag;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.text.TextList;
import java.util.List;

/** Takes messages over: checks them, gives them their unique ids, and makes their bytes. Thread-safe. */
final class SendOrders {

    private final ProducerSettings settings;
    private final Clock clock;
    private final UniqueIds ids = new UniqueIds();

    /** @throws IllegalStateException if the library of the format of compression is missing, naming it */
    SendOrders(ProducerSettings settings, Clock clock) {
        if (settings.compression().aboveBytes() < settings.maxMessageBytes()) {
            // Rather than with the first body that is long enough.
            BodyFormat.of(settings.compression().format()).requireLibrary();
        }
        this.settings = settings;
        this.clock = clock;
    }

    /** @throws IllegalArgumentException if the message cannot be sent, naming its topic and size */
    SendOrder synchronous(Message message) {
        return order(message, RequestCode.SEND_MESSAGE_V2, 1 + settings.retryTimesWhenSendFailed(), false);
    }

    /** @throws IllegalArgumentException likewise */
    SendOrder asynchronous(Message message) {
        return order(message, RequestCode.SEND_MESSAGE_V2, 1 + settings.retryTimesWhenSendAsyncFailed(), false);
    }

    /**
     * A message that was sent before.
     *
     * @param bornTimestamp of that send
     */
    SendOrder again(Message message, long bornTimestamp) {
        SendOrder order = asynchronous(message);
        return new SendOrder(
                order.message(), order.payload(), bornTimestamp, settings, order.maxAttempts(), false, null, true);
    }

    /** @throws IllegalArgumentException likewise */
    SendOrder oneWay(Message message) {
        return order(message, RequestCode.SEND_MESSAGE_V2, 1 + settings.retryTimesWhenSendFailed(), true);
    }

    /** An answer to a request. @throws IllegalArgumentException likewise */
    SendOrder reply(Message message) {
        return order(message, RequestCode.SEND_REPLY_MESSAGE_V2, 1 + settings.retryTimesWhenSendFailed(), false);
    }

    /** A message whose delivery waits for a transaction. @throws IllegalArgumentException likewise */
    SendOrder half(Message message) {
        SendOrder order = synchronous(message.withProperty(PropertyNames.TRANSACTION_PREPARED, "true")
                .withProperty(PropertyNames.PRODUCER_GROUP, settings.group()));
        return order.withSystemFlag(SystemFlag.TRANSACTION_PREPARED);
    }

    /** @param messages taken over, all of one topic */
    SendOrder batch(List<Message> messages, int maxAttempts) {
        return new SendOrder(
                messages.get(0),
                Payload.ofBatch(messages, ids.next()),
                clock.wallMs(),
                settings,
                maxAttempts,
                false,
                null,
                false);
    }

    /** @param message taken over */
    SendOrder single(Message message, int maxAttempts) {
        Payload payload = Payload.of(message, RequestCode.SEND_MESSAGE_V2, settings.compression());
        return new SendOrder(message, payload, clock.wallMs(), settings, maxAttempts, false, null, false);
    }

    private SendOrder order(Message message, int requestCode, int maxAttempts, boolean oneWay) {
        Message taken = takeOver(message);
        Payload payload = Payload.of(taken, requestCode, settings.compression());
        return new SendOrder(taken, payload, clock.wallMs(), settings, maxAttempts, oneWay, null, false);
    }

    /** The message with its unique id. @throws IllegalArgumentException if it cannot be sent */
    Message takeOver(Message message) {
        requireBody(message, settings.maxMessageBytes());
        TextList.Builder properties = new TextList.Builder();
        message.properties().forEach(properties::append);
        if (message.uniqueId() == null) {
            properties.append(PropertyNames.UNIQUE_ID, ids.next());
        }
        properties.add(PropertyNames.WAIT_STORE, "true");
        return new Message(message.topic(), message.flag(), properties.build(), message.body());
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
}
