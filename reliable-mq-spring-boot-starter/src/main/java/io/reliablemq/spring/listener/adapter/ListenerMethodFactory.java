package io.reliablemq.spring.listener.adapter;

import io.reliablemq.spring.support.PayloadConverter;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.messaging.handler.annotation.support.DefaultMessageHandlerMethodFactory;
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolverComposite;
import org.springframework.messaging.handler.invocation.InvocableHandlerMethod;
import org.springframework.validation.Validator;

/** Makes listener methods whose own failures can be told from failures to make their arguments. */
public final class ListenerMethodFactory {

    private final HandlerMethodArgumentResolverComposite resolvers = new HandlerMethodArgumentResolverComposite();

    /** @param validator for payloads marked to be validated; null to validate nothing */
    public ListenerMethodFactory(BeanFactory beanFactory, PayloadConverter converter, @Nullable Validator validator) {
        resolvers.addResolvers(new Resolvers(beanFactory, converter, validator).initArgumentResolvers());
    }

    InvocableHandlerMethod create(Object bean, Method method) {
        ListenerMethod listenerMethod = new ListenerMethod(bean, method);
        listenerMethod.setMessageMethodArgumentResolvers(resolvers);
        return listenerMethod;
    }

    /** The application's code threw, rather than what prepares its arguments. */
    static final class ListenerThrewException extends Exception {

        private final Exception thrown;

        ListenerThrewException(Exception thrown) {
            super(thrown);
            this.thrown = thrown;
        }

        Exception thrown() {
            return thrown;
        }
    }

    private static final class ListenerMethod extends InvocableHandlerMethod {

        ListenerMethod(Object bean, Method method) {
            super(bean, method);
        }

        @Override
        protected @Nullable Object doInvoke(@Nullable Object... args) throws Exception {
            try {
                return super.doInvoke(args);
            } catch (Exception e) {
                throw new ListenerThrewException(e);
            }
        }
    }

    /** Spring's standard argument resolvers, in Spring's order. */
    private static final class Resolvers extends DefaultMessageHandlerMethodFactory {

        Resolvers(BeanFactory beanFactory, PayloadConverter converter, @Nullable Validator validator) {
            setBeanFactory(beanFactory);
            setMessageConverter(converter.messageConverter());
            if (validator != null) {
                setValidator(validator);
            }
            afterPropertiesSet();
        }

        @Override
        protected java.util.List<org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolver>
                initArgumentResolvers() {
            return super.initArgumentResolvers();
        }
    }
}
