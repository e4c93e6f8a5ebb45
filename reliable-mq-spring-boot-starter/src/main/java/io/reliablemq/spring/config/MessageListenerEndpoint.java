package io.reliablemq.spring.config;

import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.spring.listener.TagSelector;
import org.jspecify.annotations.Nullable;

/**
 * A listener, before it has a container.
 *
 * @param id unique in the application; what its container can be looked up by
 * @param description how messages to the developer name it, for instance {@code OrderListener.onOrder(Order)}
 * @param concurrency how many messages are handled at once, by the group; null for the default
 * @param maxReconsumeTimes retries before a message becomes a dead letter; null for the default
 * @param autoStartup whether it starts with the application
 */
public record MessageListenerEndpoint(
        String id,
        String description,
        String topic,
        TagSelector tags,
        String group,
        @Nullable Integer concurrency,
        @Nullable Integer maxReconsumeTimes,
        boolean autoStartup,
        MessageHandler handler) {}
