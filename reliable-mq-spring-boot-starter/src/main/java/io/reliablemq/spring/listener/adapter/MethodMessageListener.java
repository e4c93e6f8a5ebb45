package io.reliablemq.spring.listener.adapter;

import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.NonRetryableException;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.spring.listener.adapter.ListenerMethodFactory.ListenerThrewException;
import io.reliablemq.spring.support.MessageMapper;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.ConversionException;
import org.springframework.messaging.MessagingException;
import org.springframework.messaging.handler.invocation.InvocableHandlerMethod;

/**
 * Calls a listener method with a message.
 *
 * <p>A method that returns nothing acknowledges by returning; one that returns a {@link ConsumeResult} says so itself,
 * and null is a retry. What the method throws is a retry, unless it is a {@link NonRetryableException}. A message that
 * cannot be turned into the method's arguments never can, so it becomes a dead letter at once. Thread-safe if the bean
 * is.
 */
public final class MethodMessageListener implements MessageHandler {

    private final InvocableHandlerMethod method;
    private final MessageMapper mapper;
    private final boolean returnsNothing;

    /** @throws IllegalArgumentException if the method returns neither nothing nor a {@link ConsumeResult} */
    public MethodMessageListener(Object bean, Method method, ListenerMethodFactory methods, MessageMapper mapper) {
        Class<?> returned = method.getReturnType();
        if (returned != void.class && returned != ConsumeResult.class) {
            throw new IllegalArgumentException("It returns " + returned.getName() + "; a listener returns "
                    + ConsumeResult.class.getSimpleName() + " or nothing");
        }
        this.method = methods.create(bean, method);
        this.mapper = mapper;
        this.returnsNothing = returned == void.class;
    }

    @Override
    public @Nullable ConsumeResult handle(ReceivedMessage message) throws Exception {
        try {
            Object result = method.invoke(mapper.fromWire(message), message);
            return returnsNothing ? ConsumeResult.CONSUME_SUCCESS : (ConsumeResult) result;
        } catch (ListenerThrewException e) {
            throw e.thrown();
        } catch (MessagingException | ConversionException e) {
            throw new NonRetryableException(
                    "The message " + message.messageId() + " of topic '" + message.topic()
                            + "' cannot be turned into the arguments of " + method.getShortLogMessage() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    @Override
    public String toString() {
        return method.getShortLogMessage();
    }
}
