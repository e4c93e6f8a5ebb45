package io.reliablemq.conformance.official;

import io.reliablemq.conformance.port.IncomingMessage;
import io.reliablemq.conformance.port.Listener;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Subscription;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageClientExt;
import org.apache.rocketmq.common.message.MessageExt;

/** A concurrent {@code DefaultMQPushConsumer} with its defaults, but that a new group starts at the first offset. */
final class OfficialReceiver implements Receiver {

    private final DefaultMQPushConsumer consumer;

    private OfficialReceiver(DefaultMQPushConsumer consumer) {
        this.consumer = consumer;
    }

    static OfficialReceiver open(String nameServers, Subscription subscription, Listener listener, boolean tls) {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(subscription.group());
        consumer.setNamesrvAddr(nameServers);
        consumer.setInstanceName(InstanceNames.next(subscription.group()));
        consumer.setUseTLS(tls);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setMessageListener((MessageListenerConcurrently) (messages, context) -> {
            // The default batch size is one, so an outcome is that of one message.
            for (MessageExt message : messages) {
                if (outcome(listener, message) == Listener.Outcome.RECONSUME_LATER) {
                    return ConsumeConcurrentlyStatus.RECONSUME_LATER;
                }
            }
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        if (subscription.maxReconsumeTimes() != Subscription.LIBRARY_DEFAULT) {
            consumer.setMaxReconsumeTimes(subscription.maxReconsumeTimes());
        }
        try {
            consumer.subscribe(subscription.topic(), subscription.tags());
            consumer.start();
        } catch (MQClientException e) {
            throw new IllegalStateException("The official consumer of " + subscription + " did not start", e);
        }
        return new OfficialReceiver(consumer);
    }

    private static Listener.Outcome outcome(Listener listener, MessageExt message) {
        try {
            return listener.receive(toIncoming(message));
        } catch (Exception e) {
            return Listener.Outcome.RECONSUME_LATER;
        }
    }

    // Deprecated as an inner part, but nothing else says which queues a member holds at the moment.
    @SuppressWarnings("deprecation")
    @Override
    public Set<String> queuesOf(String topic) {
        return consumer.getDefaultMQPushConsumerImpl().getRebalanceImpl().getProcessQueueTable().keySet().stream()
                .filter(queue -> queue.getTopic().equals(topic))
                .map(queue -> queue.getBrokerName() + ":" + queue.getQueueId())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void close() {
        consumer.shutdown();
    }

    private static IncomingMessage toIncoming(MessageExt message) {
        String offsetMessageId =
                message instanceof MessageClientExt received ? received.getOffsetMsgId() : message.getMsgId();
        return new IncomingMessage(
                message.getTopic(),
                message.getMsgId(),
                offsetMessageId,
                message.getBrokerName(),
                message.getQueueId(),
                message.getQueueOffset(),
                message.getReconsumeTimes(),
                message.getProperties(),
                message.getBody());
    }
}
