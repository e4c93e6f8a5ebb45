package io.reliablemq.conformance.client;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receipt;
import io.reliablemq.conformance.port.SendFailure;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.protocol.message.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/** Our producer with its defaults. */
final class OurSender implements Sender {

    private final MqClient client;
    private final Producer producer;

    OurSender(MqClient client, String group) {
        this.client = client;
        this.producer = client.producer(ProducerSettings.of(group));
    }

    @Override
    public Receipt send(OutgoingMessage message) {
        try {
            return toReceipt(producer.send(toOurs(message)));
        } catch (SendFailedException e) {
            throw failure(e);
        }
    }

    @Override
    public CompletableFuture<Receipt> sendAsync(OutgoingMessage message) {
        return producer.sendAsync(toOurs(message)).handle((receipt, failure) -> {
            if (failure != null) {
                throw failure(failure instanceof CompletionException ? failure.getCause() : failure);
            }
            return toReceipt(receipt);
        });
    }

    @Override
    public void sendOneWay(OutgoingMessage message) {
        try {
            producer.sendOneWay(toOurs(message));
        } catch (SendFailedException e) {
            throw failure(e);
        }
    }

    @Override
    public Receipt sendBatch(List<OutgoingMessage> messages) {
        List<SendReceipt> receipts =
                producer.sendBatch(messages.stream().map(OurSender::toOurs).toList());
        Receipt first = toReceipt(receipts.get(0));
        String ids = receipts.stream().map(SendReceipt::offsetMessageId).collect(Collectors.joining(","));
        return new Receipt(first.messageId(), ids, first.brokerName(), first.queueId(), first.queueOffset());
    }

    @Override
    public void close() {
        client.close();
    }

    private static SendFailure failure(Throwable e) {
        return new SendFailure("The send failed: " + e.getMessage(), e);
    }

    private static Receipt toReceipt(SendReceipt receipt) {
        return new Receipt(
                receipt.messageId(),
                receipt.offsetMessageId(),
                receipt.brokerName(),
                receipt.queueId(),
                receipt.queueOffset());
    }

    static Message toOurs(OutgoingMessage message) {
        Message.Builder builder = Message.builder(message.topic()).body(message.body());
        if (!message.tag().isEmpty()) {
            builder.tag(message.tag());
        }
        if (!message.keys().isEmpty()) {
            builder.keys(message.keys());
        }
        if (message.delayLevel() > 0) {
            builder.delayLevel(message.delayLevel());
        }
        long time = message.time().value();
        switch (message.time().kind()) {
            case DELAY_SECONDS -> builder.deliverAfter(Duration.ofSeconds(time));
            case DELAY_MILLIS -> builder.deliverAfter(Duration.ofMillis(time));
            case DELIVER_MILLIS -> builder.deliverAt(Instant.ofEpochMilli(time));
            case NONE -> {}
        }
        message.properties().forEach(builder::property);
        return builder.build();
    }
}
