package io.reliablemq.spring.listener.adapter;

import io.reliablemq.spring.support.PayloadConverter;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.messaging.handler.annotation.support.DefaultMessageHandlerMethodFactory;
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolver;
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolverComposite;
import org.springframework.validation.Validator;

/** Makes listener methods, whose arguments are resolved as Spring does for all messages. */
public final class ListenerMethodFactory {

    private final HandlerMethodArgumentResolverComposite resolvers = new HandlerMethodArgumentResolverComposite();

    /** @param validator for payloads marked to be validated; null to validate nothing */
    public ListenerMethodFactory(BeanFactory beanFactory, PayloadConverter converter, @Nullable Validator validator) {
        this(beanFactory, converter, validator, List.of());
    }

    /** @param own resolvers of the application's own, asked before the one for the payload, which takes what is left */
    public ListenerMethodFactory(
            BeanFactory beanFactory,
            PayloadConverter converter,
            @Nullable Validator validator,
            List<? extends HandlerMethodArgumentResolver> own) {
        resolvers.addResolvers(new Resolvers(beanFactory, converter, validator, own).initArgumentResolvers());
    }

    ListenerMethod create(Object bean, Method method) {
        return new ListenerMethod(bean, method, resolvers);
    }

    /** Spring's standard argument resolvers, in Spring's order. */
    private static final class Resolvers extends DefaultMessageHandlerMethodFactory {

        Resolvers(
                BeanFactory beanFactory,
                PayloadConverter converter,
                @Nullable Validator validator,
                List<? extends HandlerMethodArgumentResolver> own) {
            setBeanFactory(beanFactory);
            setMessageConverter(converter.messageConverter());
            setCustomArgumentResolvers(List.copyOf(own));
            if (validator != null) {
                setValidator(validator);
            }
            afterPropertiesSet();
        }

        @Override
        protected List<HandlerMethodArgumentResolver> initArgumentResolvers() {
            return super.initArgumentResolvers();
        }
    }
}
