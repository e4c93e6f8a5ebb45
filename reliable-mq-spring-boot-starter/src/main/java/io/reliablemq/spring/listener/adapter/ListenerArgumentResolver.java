package io.reliablemq.spring.listener.adapter;

import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolver;

/**
 * Resolves parameters of listener methods that Spring's own resolvers do not know. Every bean of this type is asked, by order,
 * before the one that takes what is left for the payload. A type of its own, so that the resolvers of other modules are left
 * alone.
 */
public interface ListenerArgumentResolver extends HandlerMethodArgumentResolver {}
