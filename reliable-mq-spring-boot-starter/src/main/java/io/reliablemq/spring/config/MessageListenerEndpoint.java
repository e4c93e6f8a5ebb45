package io.reliablemq.spring.config;

import io.reliablemq.client.api.AsyncMessageHandler;
import io.reliablemq.client.api.BatchMessageHandler;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.spring.listener.DeliveryHandler;
import io.reliablemq.spring.listener.ListenerErrorHandler;
import io.reliablemq.spring.listener.MessageSelector;
import io.reliablemq.spring.listener.SqlSelector;
import io.reliablemq.spring.listener.TagSelector;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A listener, before it has a container. Begin with {@link #builder(String)}.
 *
 * @param id unique in the application; what its container can be looked up by
 * @param description how messages to the developer name it, for instance {@code OrderListener.onOrder(Order)}
 * @param errorHandler null for that of the application
 */
public record MessageListenerEndpoint(
        String id,
        String description,
        String topic,
        MessageSelector selector,
        String group,
        ListenerSettings settings,
        DeliveryHandler handler,
        @Nullable ListenerErrorHandler errorHandler) {

    public static Builder builder(String id) {
        return new Builder(id);
    }

    /** Collects what makes a listener; topic, group and handler are needed. Not thread-safe. */
    public static final class Builder {

        private final String id;
        private String description;
        private String topic = "";
        private MessageSelector selector = TagSelector.ALL;
        private String group = "";
        private ListenerSettings.Builder settings = ListenerSettings.builder();
        private @Nullable DeliveryHandler handler;
        private @Nullable ListenerErrorHandler errorHandler;

        private Builder(String id) {
            this.id = id;
            this.description = "endpoint '" + id + "'";
        }

        /** How messages to the developer name it; by its id if not set. */
        public Builder description(String value) {
            this.description = value;
            return this;
        }

        public Builder topic(String value) {
            this.topic = value;
            return this;
        }

        public Builder group(String value) {
            this.group = value;
            return this;
        }

        /** @param expression {@code *}, or tags joined by {@code ||} */
        public Builder tags(String expression) {
            return selector(TagSelector.parse(expression));
        }

        /** @param expression SQL92 over the message's properties */
        public Builder sql(String expression) {
            return selector(new SqlSelector(expression));
        }

        public Builder selector(MessageSelector value) {
            this.selector = value;
            return this;
        }

        /** Changes settings; those of earlier calls are kept. */
        public Builder settings(UnaryOperator<ListenerSettings.Builder> change) {
            this.settings = change.apply(settings);
            return this;
        }

        public Builder errorHandler(@Nullable ListenerErrorHandler value) {
            this.errorHandler = value;
            return this;
        }

        public Builder handler(MessageHandler value) {
            return deliveryHandler(DeliveryHandler.of(value));
        }

        public Builder asyncHandler(AsyncMessageHandler value) {
            return deliveryHandler(DeliveryHandler.of(value));
        }

        /** The listener takes batches; their size is a setting. */
        public Builder batchHandler(BatchMessageHandler value) {
            settings.batch(true);
            return deliveryHandler(DeliveryHandler.of(value));
        }

        public Builder deliveryHandler(DeliveryHandler value) {
            this.handler = value;
            return this;
        }

        /** @throws ListenerConfigurationException if topic, group or handler are missing or not usable */
        public MessageListenerEndpoint build() {
            DeliveryHandler listener = handler;
            if (listener == null) {
                throw new ListenerConfigurationException(
                        "The listener " + description + " has no handler.", "Give its builder one.");
            }
            try {
                Names.requireTopic(topic);
                Names.requireGroup(group);
            } catch (IllegalArgumentException e) {
                throw new ListenerConfigurationException(
                        "The listener " + description + " is not usable: " + e.getMessage() + ".",
                        "Set topic and group on its builder.",
                        e);
            }
            return new MessageListenerEndpoint(
                    id, description, topic, selector, group, settings.build(), listener, errorHandler);
        }
    }
}
