package io.reliablemq.conformance.client;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.conformance.port.IncomingMessage;
import io.reliablemq.conformance.port.Listener;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Subscription;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Our push consumer with its defaults. */
final class OurReceiver implements Receiver {

    private final MqClient client;
    private final PushConsumer consumer;

    private OurReceiver(MqClient client, PushConsumer consumer) {
        this.client = client;
        this.consumer = consumer;
    }

    static OurReceiver open(MqClient client, Subscription subscription, Listener listener) {
        return open(client, settings(subscription), listener);
    }

    static OurReceiver openInOrder(MqClient client, Subscription subscription, Listener listener) {
        return open(client, settings(subscription).withThreads(1), listener);
    }

    private static PushConsumerSettings settings(Subscription subscription) {
        PushConsumerSettings settings =
                PushConsumerSettings.of(subscription.group(), Map.of(subscription.topic(), subscription.tags()));
        return subscription.maxReconsumeTimes() == Subscription.LIBRARY_DEFAULT
                ? settings
                : settings.withMaxReconsumeTimes(subscription.maxReconsumeTimes());
    }

    private static OurReceiver open(MqClient client, PushConsumerSettings settings, Listener listener) {
        PushConsumer consumer = client.pushConsumer(settings, message -> switch (listener.receive(toPort(message))) {
            case CONSUME_SUCCESS -> ConsumeResult.CONSUME_SUCCESS;
            case RECONSUME_LATER -> ConsumeResult.RECONSUME_LATER;
        });
        consumer.start();
        return new OurReceiver(client, consumer);
    }

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

    private static IncomingMessage toPort(ReceivedMessage message) {
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
}
