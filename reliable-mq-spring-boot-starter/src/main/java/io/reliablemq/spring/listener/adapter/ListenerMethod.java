package io.reliablemq.spring.listener.adapter;

import io.reliablemq.client.api.NonRetryableException;
import io.reliablemq.client.api.ReceivedMessage;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.convert.ConversionException;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessagingException;
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolverComposite;
import org.springframework.messaging.handler.invocation.InvocableHandlerMethod;

/**
 * A listener method in two steps: first its arguments are made of a message, then it is called with them. Thread-safe if the
 * bean is.
 */
final class ListenerMethod extends InvocableHandlerMethod {

    private final HandlerMethodArgumentResolverComposite resolvers;

    ListenerMethod(Object bean, Method method, HandlerMethodArgumentResolverComposite resolvers) {
        super(bean, method);
        this.resolvers = resolvers;
        setMessageMethodArgumentResolvers(resolvers);
    }

    /**
     * The arguments for a message.
     *
     * @param provided arguments that are matched by type
     * @throws NonRetryableException if the message cannot be turned into them, which it never can be
     */
    @Nullable
    Object[] arguments(ReceivedMessage received, Message<?> message, Object... provided) {
        try {
            return getMethodArgumentValues(message, provided);
        } catch (Exception e) {
            throw unusable(received, e);
        }
    }

    /** One argument for a message, by the resolver that takes such a parameter. Throws as {@link #arguments} does. */
    @Nullable
    Object argument(ReceivedMessage received, Message<?> message, MethodParameter parameter) {
        try {
            return resolvers.resolveArgument(parameter, message);
        } catch (Exception e) {
            throw unusable(received, e);
        }
    }

    /** Calls the method; what it throws is thrown. */
    @Nullable
    Object call(@Nullable Object... arguments) throws Exception {
        return doInvoke(arguments);
    }

    NonRetryableException unusable(ReceivedMessage received, Exception reason) {
        if (!(reason instanceof MessagingException || reason instanceof ConversionException)) {
            // A resolver or converter of the application that failed otherwise: no more can be said of the next
            // attempt.
            if (reason instanceof RuntimeException unexpected) {
                throw unexpected;
            }
            throw new IllegalStateException(reason);
        }
        return new UnreadablePayloadException(
                "The message " + received.messageId() + " of topic '" + received.topic()
                        + "' cannot be turned into the arguments of " + getShortLogMessage() + ": "
                        + reason.getMessage(),
                reason);
    }
}
