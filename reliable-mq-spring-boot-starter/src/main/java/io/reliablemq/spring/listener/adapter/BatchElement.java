package io.reliablemq.spring.listener.adapter;

import io.reliablemq.client.api.ReceivedMessage;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.messaging.Message;
import org.springframework.messaging.support.GenericMessage;

/**
 * What a batch listener takes of each message: the message as received, a Spring message, or the payload.
 *
 * @param parameter of the list's elements; for Spring messages that of their payloads
 */
record BatchElement(Kind kind, MethodParameter parameter) {

    enum Kind {
        RECEIVED,
        MESSAGE,
        PAYLOAD
    }

    /** @throws IllegalArgumentException if the method does not take one list */
    static BatchElement of(Method method) {
        if (method.getParameterCount() != 1 || method.getParameterTypes()[0] != List.class) {
            throw new IllegalArgumentException(
                    "It is to take batches; such a method has one parameter, a List of payloads, of Message<?> or of "
                            + "ReceivedMessage");
        }
        MethodParameter element = new MethodParameter(method, 0).nested();
        Class<?> type =
                ResolvableType.forMethodParameter(method, 0).getGeneric(0).resolve();
        if (type == null) {
            throw new IllegalArgumentException("It takes a List that does not say of what; declare it");
        }
        if (type == ReceivedMessage.class) {
            return new BatchElement(Kind.RECEIVED, element);
        }
        return Message.class.isAssignableFrom(type)
                ? new BatchElement(Kind.MESSAGE, element.nested())
                : new BatchElement(Kind.PAYLOAD, element);
    }

    /** @throws UnreadablePayloadException if the message cannot be turned into what is taken */
    @Nullable
    Object make(ListenerMethod method, ReceivedMessage received, Message<byte[]> message) {
        if (kind == Kind.RECEIVED) {
            return received;
        }
        Object payload = method.argument(received, message, parameter);
        return kind == Kind.PAYLOAD || payload == null ? payload : new GenericMessage<>(payload, message.getHeaders());
    }
}
