package io.reliablemq.spring.config;

import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.MessageModel;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.RetrySettings;
import io.reliablemq.spring.listener.DeliveryHandler;
import io.reliablemq.spring.listener.GroupDispatcher;
import io.reliablemq.spring.listener.ListenerErrorHandler;
import io.reliablemq.spring.listener.ListenerPipeline;
import io.reliablemq.spring.listener.MessageListenerContainer;
import io.reliablemq.spring.listener.MessageSelector;
import io.reliablemq.spring.listener.PushConsumerFactory;
import io.reliablemq.spring.listener.SqlSelector;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes containers with common settings, which a group's own go before. Immutable. */
public final class DefaultMessageListenerContainerFactory implements MessageListenerContainerFactory {

    private final PushConsumerFactory consumers;
    private final ContainerDefaults defaults;

    public DefaultMessageListenerContainerFactory(PushConsumerFactory consumers, ContainerDefaults defaults) {
        this.consumers = consumers;
        this.defaults = defaults;
    }

    @Override
    public MessageListenerContainer createContainer(MessageListenerGroup group) {
        PushConsumerSettings settings = settings(group);
        requireDispatchableInOrder(group, settings);
        Boolean autoStartup = group.settings().autoStartup();
        return new MessageListenerContainer(
                settings,
                dispatcher(group, settings.retries()),
                consumers,
                autoStartup == null ? defaults.autoStartup() : autoStartup);
    }

    private PushConsumerSettings settings(MessageListenerGroup group) {
        String name = group.name();
        ListenerSettings own = group.settings();
        PushConsumerSettings.Builder builder = defaults.settings().apply(PushConsumerSettings.builder(name));
        group.selectors().forEach((topic, selector) -> subscribe(builder, topic, selector));
        if ((own.model() == null ? defaults.model() : own.model()) == MessageModel.BROADCASTING) {
            builder.broadcasting(defaults.offsetFolder().apply(name));
        }
        builder.consumeBatchSize(own.batch() ? Objects.requireNonNullElse(own.batchSize(), defaults.batchSize()) : 1);
        set(own.mode(), builder::consumeMode);
        set(own.concurrency(), builder::threads);
        set(own.consumeTimeout(), builder::consumeTimeout);
        set(own.maxMessagesPerSecond(), builder::maxMessagesPerSecond);
        if (own.consumeTimestamp() != null) {
            builder.consumeFrom(own.consumeTimestamp());
        } else {
            set(own.consumeFrom(), builder::consumeFrom);
        }
        PushConsumerSettings withDefaults = builder.build();
        PushConsumerSettings.Builder last = withDefaults.toBuilder().retries(retries(own, withDefaults.retries()));
        defaults.customizers().forEach(customizer -> customizer.customize(name, last));
        return last.build();
    }

    private static void subscribe(PushConsumerSettings.Builder builder, String topic, MessageSelector selector) {
        if (selector instanceof SqlSelector) {
            builder.subscribeBySql(topic, selector.expression());
        } else {
            builder.subscribe(topic, selector.expression());
        }
    }

    private static <T> void set(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    private static RetrySettings retries(ListenerSettings own, RetrySettings common) {
        return new RetrySettings(
                Objects.requireNonNullElse(own.maxReconsumeTimes(), common.maxReconsumeTimes()),
                Objects.requireNonNullElse(own.retryDelays(), common.delays()),
                common.nonRetryable());
    }

    private static RetrySettings withNonRetryable(ListenerSettings own, RetrySettings common) {
        if (own.nonRetryable() == null) {
            return common;
        }
        Set<Class<? extends Throwable>> both = new HashSet<>(common.nonRetryable());
        both.addAll(own.nonRetryable());
        return common.withNonRetryable(both);
    }

    /** In a batch that is cut among listeners, what follows a failed message would be handled before it. */
    private static void requireDispatchableInOrder(MessageListenerGroup group, PushConsumerSettings settings) {
        if (settings.consumeMode() != ConsumeMode.ORDERLY || settings.consumeBatchSize() == 1) {
            return;
        }
        for (Map.Entry<String, List<MessageListenerEndpoint>> entry :
                group.byTopic().entrySet()) {
            if (entry.getValue().size() > 1) {
                throw new ListenerConfigurationException(
                        "Group '" + group.name() + "' handles topic '" + entry.getKey()
                                + "' in order and in batches, but with several listeners: "
                                + MessageListenerGroup.descriptions(entry.getValue())
                                + ". A batch would be cut among them, and its order lost where one fails.",
                        "Handle the topic with one listener, or without batches, or give each listener a group of its "
                                + "own.");
            }
        }
    }

    private DeliveryHandler dispatcher(MessageListenerGroup group, RetrySettings retries) {
        return new GroupDispatcher(
                group.name(),
                group.endpoints().stream()
                        .map(endpoint -> new GroupDispatcher.Route(
                                endpoint.topic(), endpoint.selector(), pipeline(endpoint, retries)))
                        .toList());
    }

    private ListenerPipeline pipeline(MessageListenerEndpoint endpoint, RetrySettings retries) {
        ListenerErrorHandler own = endpoint.errorHandler();
        return new ListenerPipeline(
                endpoint.group(),
                endpoint.id(),
                endpoint.handler(),
                defaults.filters(),
                own == null ? defaults.errorHandler() : own,
                withNonRetryable(endpoint.settings(), retries));
    }
}
