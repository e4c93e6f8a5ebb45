package io.reliablemq.spring.listener.adapter;

import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.spring.listener.MessageLease;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.messaging.support.MessageHeaderAccessor;

/**
 * Which argument of a listener method is, or holds, the payload.
 *
 * @param index -1 if the method takes none
 */
record PayloadParameter(int index) {

    /** @throws IllegalArgumentException if a parameter is one of batches, or of coroutines */
    static PayloadParameter find(Method method) {
        int found = -1;
        for (int i = 0; i < method.getParameterCount(); i++) {
            MethodParameter parameter = new MethodParameter(method, i);
            requireUsable(parameter);
            if (found < 0 && isPayload(parameter)) {
                found = i;
            }
        }
        return new PayloadParameter(found);
    }

    private static void requireUsable(MethodParameter parameter) {
        Class<?> type = parameter.getParameterType();
        if (type.getName().equals("kotlin.coroutines.Continuation")) {
            throw new IllegalArgumentException("It is a suspending function, whose end is not noticed here; return a"
                    + " CompletableFuture, which the future builder of coroutines makes");
        }
        if (Collection.class.isAssignableFrom(type)) {
            Class<?> element =
                    ResolvableType.forMethodParameter(parameter).asCollection().resolveGeneric(0);
            if (element != null && (element == ReceivedMessage.class || Message.class.isAssignableFrom(element))) {
                throw new IllegalArgumentException("It takes several messages; set batch = \"true\" or a batchSize");
            }
        }
    }

    private static boolean isPayload(MethodParameter parameter) {
        Class<?> type = parameter.getParameterType();
        return parameter.hasParameterAnnotation(Payload.class)
                || Message.class.isAssignableFrom(type)
                || type != ReceivedMessage.class
                        && type != MessageLease.class
                        && !MessageHeaders.class.isAssignableFrom(type)
                        && !MessageHeaderAccessor.class.isAssignableFrom(type)
                        && !parameter.hasParameterAnnotation(Header.class)
                        && !(parameter.hasParameterAnnotation(Headers.class) && Map.class.isAssignableFrom(type));
    }

    /** The payload among the arguments; the bytes of the message if none of them is. */
    @Nullable
    Object of(@Nullable Object[] arguments, ReceivedMessage received) {
        return index < 0 ? received.body() : content(arguments[index]);
    }

    static @Nullable Object content(@Nullable Object argument) {
        return argument instanceof Message<?> message ? message.getPayload() : argument;
    }
}
