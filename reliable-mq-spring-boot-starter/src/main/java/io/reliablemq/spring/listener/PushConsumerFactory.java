package io.reliablemq.spring.listener;

import io.reliablemq.client.api.AsyncBatchMessageHandler;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;

/** Makes the consumer that a container runs: {@code MqClient::asyncBatchPushConsumer}. */
@FunctionalInterface
public interface PushConsumerFactory {

    /** A consumer that is not yet started; called again for each start of the container. */
    PushConsumer create(PushConsumerSettings settings, AsyncBatchMessageHandler handler);
}
