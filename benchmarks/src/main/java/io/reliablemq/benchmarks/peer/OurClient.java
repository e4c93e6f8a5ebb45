package io.reliablemq.benchmarks.peer;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.conformance.port.IncomingMessage;
import io.reliablemq.conformance.port.Listener;
import io.reliablemq.conformance.port.MessageLibrary;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receipt;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.SendFailure;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.protocol.message.Message;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** Our client with its defaults. Carries bodies only: the load has no tags, keys, delays or properties. */
public final class OurClient implements MessageLibrary {

    private static final AtomicInteger INSTANCES = new AtomicInteger();

    @Override
    public Sender sender(String nameServers, String group) {
        MqClient client = client(nameServers, group);
        return new OurSender(client, client.producer(ProducerSettings.of(group)));
    }

    @Override
    public Receiver receiver(String nameServers, Subscription subscription, Listener listener) {
        MqClient client = client(nameServers, subscription.group());
        PushConsumer consumer = client.pushConsumer(
                PushConsumerSettings.of(subscription.group(), Map.of(subscription.topic(), subscription.tags())),
                message -> switch (listener.receive(incoming(message))) {
                    case CONSUME_SUCCESS -> ConsumeResult.CONSUME_SUCCESS;
                    case RECONSUME_LATER -> ConsumeResult.RECONSUME_LATER;
                });
        consumer.start();
        return new OurReceiver(client, consumer);
    }

    private static MqClient client(String nameServers, String group) {
        return MqClient.create(ClientSettings.of(nameServers.split(";"))
                .withInstanceName(group + "-" + ProcessHandle.current().pid() + "-" + INSTANCES.incrementAndGet()));
    }

    private static IncomingMessage incoming(ReceivedMessage message) {
        return new IncomingMessage(
                message.topic(),
                message.messageId(),
                message.offsetMessageId(),
                message.brokerName(),
                message.queueId(),
                message.queueOffset(),
                message.reconsumeTimes(),
                message.properties(),
                message.body());
    }

    private record OurSender(MqClient client, Producer producer) implements Sender {

        @Override
        public Receipt send(OutgoingMessage message) {
            try {
                return receipt(producer.send(Message.of(message.topic(), message.body())));
            } catch (SendFailedException e) {
                throw failure(e);
            }
        }

        @Override
        public CompletableFuture<Receipt> sendAsync(OutgoingMessage message) {
            return producer.sendAsync(Message.of(message.topic(), message.body()))
                    .handle((receipt, failure) -> {
                        if (failure != null) {
                            throw failure(failure);
                        }
                        return receipt(receipt);
                    });
        }

        @Override
        public void sendOneWay(OutgoingMessage message) {
            producer.sendOneWay(Message.of(message.topic(), message.body()));
        }

        @Override
        public Receipt sendBatch(List<OutgoingMessage> messages) {
            List<SendReceipt> receipts = producer.sendBatch(messages.stream()
                    .map(message -> Message.of(message.topic(), message.body()))
                    .toList());
            return receipt(receipts.get(0));
        }

        @Override
        public void close() {
            client.close();
        }

        private static SendFailure failure(Throwable e) {
            Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
            return new SendFailure("The send failed: " + cause.getMessage(), cause);
        }

        private static Receipt receipt(SendReceipt receipt) {
            return new Receipt(
                    receipt.messageId(),
                    receipt.offsetMessageId(),
                    receipt.brokerName(),
                    receipt.queueId(),
                    receipt.queueOffset());
        }
    }

    private record OurReceiver(MqClient client, PushConsumer consumer) implements Receiver {

        @Override
        public Set<String> queuesOf(String topic) {
            return consumer.assignedQueues().stream()
                    .filter(queue -> queue.topic().equals(topic))
                    .map(queue -> queue.brokerName() + ":" + queue.queueId())
                    .collect(Collectors.toUnmodifiableSet());
        }

        @Override
        public void close() {
            consumer.close();
            client.close();
        }
    }
}
