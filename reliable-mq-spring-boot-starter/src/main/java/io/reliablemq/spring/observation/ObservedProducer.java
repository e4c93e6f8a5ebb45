package io.reliablemq.spring.observation;

import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.SendQueue;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.spring.observation.SendObservations.Send;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** A producer whose sends are observed and counted, and carry the trace context along. Thread-safe. */
public final class ObservedProducer implements Producer {

    private static final String SEND = "send";
    private static final String REQUEST = "request";

    private final Producer producer;
    private final Supplier<SendObservations> observations;

    /** @param observations asked again for each send, so it should remember its answer */
    public ObservedProducer(Producer producer, Supplier<SendObservations> observations) {
        this.producer = producer;
        this.observations = observations;
    }

    @Override
    public SendReceipt send(Message message) {
        return observed(message, producer::send);
    }

    @Override
    public SendReceipt send(Message message, Duration timeout) {
        return observed(message, injected -> producer.send(injected, timeout));
    }

    @Override
    public SendReceipt send(Message message, SendQueue queue) {
        return observed(message, injected -> producer.send(injected, queue));
    }

    private SendReceipt observed(Message message, Function<Message, SendReceipt> sending) {
        Send send = observations.get().start(SEND, List.of(message));
        SendReceipt receipt = send.call(() -> sending.apply(send.message()));
        send.succeeded(receipt);
        return receipt;
    }

    @Override
    public CompletableFuture<SendReceipt> sendAsync(Message message) {
        return observedAsync(message, producer::sendAsync);
    }

    @Override
    public CompletableFuture<SendReceipt> sendAsync(Message message, SendQueue queue) {
        return observedAsync(message, injected -> producer.sendAsync(injected, queue));
    }

    @Override
    public CompletableFuture<SendReceipt> resendAsync(Message message, long bornTimestamp) {
        return observedAsync(message, injected -> producer.resendAsync(injected, bornTimestamp));
    }

    private CompletableFuture<SendReceipt> observedAsync(
            Message message, Function<Message, CompletableFuture<SendReceipt>> sending) {
        Send send = observations.get().start(SEND, List.of(message));
        return send.call(() -> sending.apply(send.message())).whenComplete((receipt, error) -> {
            if (error == null) {
                send.succeeded(receipt);
            } else {
                send.failed(error);
            }
        });
    }

    @Override
    public void sendOneWay(Message message) {
        Send send = observations.get().start(SEND, List.of(message));
        send.call(() -> {
            producer.sendOneWay(send.message());
            return send;
        });
        send.handedOver();
    }

    @Override
    public List<SendReceipt> sendBatch(List<Message> messages) {
        if (messages.isEmpty()) {
            return producer.sendBatch(messages);
        }
        Send send = observations.get().start(SEND, messages);
        List<SendReceipt> receipts = send.call(() -> producer.sendBatch(send.messages()));
        send.succeeded(receipts.get(0));
        return receipts;
    }

    @Override
    public CompletableFuture<List<SendReceipt>> sendBatchAsync(List<Message> messages) {
        if (messages.isEmpty()) {
            return producer.sendBatchAsync(messages);
        }
        Send send = observations.get().start(SEND, messages);
        return send.call(() -> producer.sendBatchAsync(send.messages())).whenComplete((receipts, error) -> {
            if (error == null) {
                send.succeeded(receipts.get(0));
            } else {
                send.failed(error);
            }
        });
    }

    @Override
    public ReceivedMessage request(Message message, Duration timeout) {
        Send send = observations.get().start(REQUEST, List.of(message));
        ReceivedMessage reply = send.call(() -> producer.request(send.message(), timeout));
        send.answered();
        return reply;
    }

    @Override
    public CompletableFuture<ReceivedMessage> requestAsync(Message message, Duration timeout) {
        Send send = observations.get().start(REQUEST, List.of(message));
        return send.call(() -> producer.requestAsync(send.message(), timeout)).whenComplete((reply, error) -> {
            if (error == null) {
                send.answered();
            } else {
                send.failed(error);
            }
        });
    }

    @Override
    public SendReceipt reply(ReceivedMessage request, byte[] body) {
        return producer.reply(request, body);
    }

    @Override
    public List<SendQueue> queues(String topic) {
        return producer.queues(topic);
    }

    @Override
    public String recall(String topic, String recallHandle) {
        return producer.recall(topic, recallHandle);
    }

    @Override
    public void close() {
        producer.close();
    }
}
