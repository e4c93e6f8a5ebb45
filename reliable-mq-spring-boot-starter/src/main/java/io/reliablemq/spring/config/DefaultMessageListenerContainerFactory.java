package io.reliablemq.spring.config;

import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.spring.listener.MessageListenerContainer;
import io.reliablemq.spring.listener.PushConsumerFactory;
import java.util.function.UnaryOperator;

/** Makes containers with common settings, which a group's own go before. Immutable. */
public final class DefaultMessageListenerContainerFactory implements MessageListenerContainerFactory {

    private final PushConsumerFactory consumers;
    private final UnaryOperator<PushConsumerSettings> defaults;

    /** @param defaults puts the application's defaults in place of the client's */
    public DefaultMessageListenerContainerFactory(
            PushConsumerFactory consumers, UnaryOperator<PushConsumerSettings> defaults) {
        this.consumers = consumers;
        this.defaults = defaults;
    }

    @Override
    public MessageListenerContainer createContainer(MessageListenerGroup group) {
        PushConsumerSettings settings = defaults.apply(PushConsumerSettings.of(group.name(), group.subscriptions()));
        Integer concurrency = group.concurrency();
        if (concurrency != null) {
            settings = settings.withThreads(concurrency);
        }
        Integer maxReconsumeTimes = group.maxReconsumeTimes();
        if (maxReconsumeTimes != null) {
            settings = settings.withMaxReconsumeTimes(maxReconsumeTimes);
        }
        return new MessageListenerContainer(settings, group.dispatcher(), consumers, group.autoStartup());
    }
}
