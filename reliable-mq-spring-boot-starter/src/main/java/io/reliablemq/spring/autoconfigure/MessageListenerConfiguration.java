package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ConsumerEvents;
import io.reliablemq.client.api.Producer;
import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.annotation.MessageListenerAnnotationBeanPostProcessor;
import io.reliablemq.spring.annotation.MessageListeners;
import io.reliablemq.spring.config.ConsumerSettingsCustomizer;
import io.reliablemq.spring.config.ContainerDefaults;
import io.reliablemq.spring.config.DefaultMessageListenerContainerFactory;
import io.reliablemq.spring.config.MessageListenerConfigurer;
import io.reliablemq.spring.config.MessageListenerContainerFactory;
import io.reliablemq.spring.config.MessageListenerEndpointRegistry;
import io.reliablemq.spring.listener.ListenerFilter;
import io.reliablemq.spring.listener.adapter.ListenerArgumentResolver;
import io.reliablemq.spring.listener.adapter.ListenerMethodFactory;
import io.reliablemq.spring.listener.adapter.MethodListenerFactory;
import io.reliablemq.spring.listener.adapter.Replies;
import io.reliablemq.spring.support.MessageMapper;
import io.reliablemq.spring.support.PayloadConverter;
import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
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
            ObjectProvider<MethodListenerFactory> methods,
            ObjectProvider<MessageListenerConfigurer> configurers) {
        return new MessageListenerAnnotationBeanPostProcessor(registry, methods, configurers);
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
            MqClient client, ContainerDefaults containerDefaults) {
        return new DefaultMessageListenerContainerFactory(client::asyncBatchPushConsumer, containerDefaults);
    }

    @Bean
    @ConditionalOnMissingBean
    ContainerDefaults reliableMqListenerContainerDefaults(
            ReliableMqProperties properties,
            ObjectProvider<ConsumerEvents> events,
            ObjectProvider<ListenerFilter> filters,
            ObjectProvider<ConsumerSettingsCustomizer> customizers,
            Environment environment) {
        // Before the application's own, which may name another executor.
        List<ConsumerSettingsCustomizer> all = Stream.concat(
                        Stream.of(new ListenerThreads(environment)), customizers.orderedStream())
                .toList();
        return new ConsumerSettings(properties)
                .defaults(events.orderedStream().toList())
                .withFilters(filters.orderedStream().toList())
                .withCustomizers(all);
    }

    /** Made with the first listener, as is what it is made of. */
    @Bean
    @Lazy
    @ConditionalOnMissingBean
    MethodListenerFactory reliableMqMethodListenerFactory(
            ListenerMethodFactory methods, MessageMapper mapper, ObjectProvider<Producer> producer) {
        return new MethodListenerFactory(methods, mapper, new Replies(producer::getObject, mapper));
    }

    @Bean
    MessageListenerEndpointRegistry reliableMqListenerEndpointRegistry(MessageListenerContainerFactory factory) {
        return new MessageListenerEndpointRegistry(factory);
    }

    @Bean
    @Lazy
    @ConditionalOnMissingBean
    ListenerMethodFactory reliableMqListenerMethodFactory(
            BeanFactory beanFactory,
            PayloadConverter converter,
            ObjectProvider<Validator> validator,
            ObjectProvider<ListenerArgumentResolver> own) {
        return new ListenerMethodFactory(
                beanFactory,
                converter,
                validator.getIfUnique(),
                own.orderedStream().toList());
    }

    private static boolean isListener(Method method) {
        return AnnotatedElementUtils.hasAnnotation(method, MessageListener.class)
                || AnnotatedElementUtils.hasAnnotation(method, MessageListeners.class);
    }
}
