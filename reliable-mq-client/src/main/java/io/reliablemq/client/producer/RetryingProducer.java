package io.reliablemq.client.producer;

import io.reliablemq.client.api.BatchFailedException;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.SendFailureHandler;
import io.reliablemq.client.api.SendQueue;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.protocol.message.Message;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The producer: puts the kinds of sends together out of {@link Sends}. Thread-safe. */
public final class RetryingProducer implements Producer {

    private final ProducerSettings settings;
    private final SendOrders orders;
    private final Sends sends;
    private final BatchSends batches;
    private final Questions questions;
    private final Recalls recalls;
    private final Consumer<RetryingProducer> leave;

    /**
     * @param handler compensates for sends that failed; null for nobody
     * @param leave runs once, after the last send has ended
     */
    public RetryingProducer(
            ProducerSettings settings,
            SendContext context,
            @Nullable SendFailureHandler handler,
            Consumer<RetryingProducer> leave) {
        this.settings = settings;
        this.orders = new SendOrders(settings, context.clock());
        this.sends = new Sends(settings, context, handler);
        this.batches = new BatchSends(settings, orders, sends);
        this.questions = new Questions(context, orders, sends);
        this.recalls = new Recalls(settings, context);
        this.leave = leave;
    }

    @Override
    public SendReceipt send(Message message) {
        return send(message, settings.sendTimeout());
    }

    @Override
    public SendReceipt send(Message message, Duration timeout) {
        return sends.send(orders.synchronous(message), timeout, sends::compensate);
    }

    @Override
    public SendReceipt send(Message message, SendQueue queue) {
        // Whatever keeps a message for later knows of no queue, and would send it to any.
        return sends.send(orders.synchronous(message).toQueue(queue), settings.sendTimeout(), Sends.OnFailure.THROW);
    }

    @Override
    public CompletableFuture<SendReceipt> sendAsync(Message message) {
        return sends.sendAsync(orders.asynchronous(message), sends::compensate);
    }

    @Override
    public CompletableFuture<SendReceipt> sendAsync(Message message, SendQueue queue) {
        return sends.sendAsync(orders.asynchronous(message).toQueue(queue), Sends.OnFailure.THROW);
    }

    @Override
    public void sendOneWay(Message message) {
        sends.send(orders.oneWay(message), settings.sendTimeout(), Sends.OnFailure.THROW);
    }

    @Override
    public List<SendReceipt> sendBatch(List<Message> messages) throws BatchFailedException {
        return batches.send(messages);
    }

    @Override
    public CompletableFuture<List<SendReceipt>> sendBatchAsync(List<Message> messages) {
        return batches.sendAsync(messages);
    }

    @Override
    public List<SendQueue> queues(String topic) {
        return sends.queues(topic);
    }

    @Override
    public String recall(String topic, String recallHandle) {
        return recalls.recall(topic, recallHandle);
    }

    @Override
    public ReceivedMessage request(Message message, Duration timeout) {
        return questions.ask(message, timeout);
    }

    @Override
    public CompletableFuture<ReceivedMessage> requestAsync(Message message, Duration timeout) {
        return questions.askAsync(message, timeout);
    }

    @Override
    public SendReceipt reply(ReceivedMessage request, byte[] body) {
        return questions.reply(request, body, settings.sendTimeout());
    }

    @Override
    public CompletableFuture<SendReceipt> resendAsync(Message message, long bornTimestamp) {
        return sends.sendAsync(orders.again(message, bornTimestamp), Sends.OnFailure.THROW);
    }

    /** Whether it takes no more messages. */
    public boolean isClosed() {
        return sends.isClosed();
    }

    @Override
    public void close() {
        if (sends.close()) {
            questions.close();
            leave.accept(this);
        }
    }
}
