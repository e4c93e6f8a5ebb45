package io.reliablemq.spring.config;

import java.util.ArrayList;
import java.util.List;

/** Gathers the listeners that {@link MessageListenerConfigurer}s add. Used by one thread while the context starts. */
public final class MessageListenerEndpointRegistrar {

    private final List<MessageListenerEndpoint> endpoints = new ArrayList<>();

    /** Adds a listener; it shares the consumer of its group with those that are annotated. */
    public MessageListenerEndpointRegistrar register(MessageListenerEndpoint endpoint) {
        endpoints.add(endpoint);
        return this;
    }

    /** In the order in which they were added. */
    public List<MessageListenerEndpoint> endpoints() {
        return List.copyOf(endpoints);
    }
}
