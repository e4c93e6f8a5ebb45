package io.reliablemq.spring.config;

/**
 * Adds listeners by code, where annotations cannot say it: for instance one for each tenant. Every bean of this type is asked
 * once, when all singletons exist. Listeners that are added later, while the application runs, go to the
 * {@link MessageListenerEndpointRegistry}.
 */
@FunctionalInterface
public interface MessageListenerConfigurer {

    void configureListeners(MessageListenerEndpointRegistrar registrar);
}
