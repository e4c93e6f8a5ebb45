package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.MqClient;
import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.annotation.MessageListenerAnnotationBeanPostProcessor;
import io.reliablemq.spring.annotation.MessageListeners;
import io.reliablemq.spring.config.DefaultMessageListenerContainerFactory;
import io.reliablemq.spring.config.MessageListenerContainerFactory;
import io.reliablemq.spring.config.MessageListenerEndpointRegistry;
import io.reliablemq.spring.listener.adapter.ListenerMethodFactory;
import io.reliablemq.spring.support.MessageMapper;
import io.reliablemq.spring.support.PayloadConverter;
import java.lang.reflect.Method;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.env.Environment;
import org.springframework.validation.Validator;

/** Finds {@code @MessageListener} methods and runs their containers. */
@Configuration(proxyBeanMethods = false)
class MessageListenerConfiguration {

    @Bean
    static MessageListenerAnnotationBeanPostProcessor reliableMqListenerAnnotationProcessor(
            ObjectProvider<MessageListenerEndpointRegistry> registry,
            ObjectProvider<ListenerMethodFactory> methods,
            ObjectProvider<MessageMapper> mapper) {
        return new MessageListenerAnnotationBeanPostProcessor(registry, methods, mapper);
    }

    /** A bean with listeners that nobody asked for would never be made, and its messages would wait for ever. */
    @Bean
    static LazyInitializationExcludeFilter reliableMqListenerLazyInitializationExcludeFilter() {
        return (beanName, definition, type) -> AnnotationUtils.isCandidateClass(type, MessageListener.class)
                && !MethodIntrospector.selectMethods(type, MessageListenerConfiguration::isListener)
                        .isEmpty();
    }

    @Bean
    @ConditionalOnMissingBean
    MessageListenerContainerFactory reliableMqListenerContainerFactory(
            MqClient client, ReliableMqProperties properties, Environment environment) {
        SettingsFromProperties settings = new SettingsFromProperties(properties);
        ListenerThreads threads = new ListenerThreads(environment);
        return new DefaultMessageListenerContainerFactory(
                client::pushConsumer, group -> threads.apply(settings.consumer(group)));
    }

    @Bean
    MessageListenerEndpointRegistry reliableMqListenerEndpointRegistry(MessageListenerContainerFactory factory) {
        return new MessageListenerEndpointRegistry(factory);
    }

    @Bean
    @ConditionalOnMissingBean
    ListenerMethodFactory reliableMqListenerMethodFactory(
            BeanFactory beanFactory, PayloadConverter converter, ObjectProvider<Validator> validator) {
        return new ListenerMethodFactory(beanFactory, converter, validator.getIfUnique());
    }

    private static boolean isListener(Method method) {
        return AnnotatedElementUtils.hasAnnotation(method, MessageListener.class)
                || AnnotatedElementUtils.hasAnnotation(method, MessageListeners.class);
    }
}
