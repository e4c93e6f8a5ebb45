package io.reliablemq.spring.config;

import io.reliablemq.spring.listener.MessageListenerContainer;

/** Makes the container of a group. Define a bean of this type to build containers differently. */
@FunctionalInterface
public interface MessageListenerContainerFactory {

    /** A container that is not started. */
    MessageListenerContainer createContainer(MessageListenerGroup group);
}
