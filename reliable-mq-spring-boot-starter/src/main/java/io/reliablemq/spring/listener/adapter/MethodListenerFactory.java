package io.reliablemq.spring.listener.adapter;

import io.reliablemq.spring.listener.DeliveryHandler;
import io.reliablemq.spring.support.MessageMapper;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** Makes listeners of methods. Immutable. */
public final class MethodListenerFactory {

    private final ListenerMethodFactory methods;
    private final MessageMapper mapper;
    private final Replies replies;

    public MethodListenerFactory(ListenerMethodFactory methods, MessageMapper mapper, Replies replies) {
        this.methods = methods;
        this.mapper = mapper;
        this.replies = replies;
    }

    /**
     * @param method callable on the bean
     * @param batch whether the method takes several messages at once
     * @param idempotence null to handle each delivery
     * @throws IllegalArgumentException if the method cannot be such a listener, with the reason
     */
    public DeliveryHandler create(Object bean, Method method, boolean batch, @Nullable Idempotence idempotence) {
        return batch
                ? new BatchMethodMessageListener(bean, method, methods, mapper, idempotence)
                : new MethodMessageListener(bean, method, methods, mapper, replies, idempotence);
    }
}
