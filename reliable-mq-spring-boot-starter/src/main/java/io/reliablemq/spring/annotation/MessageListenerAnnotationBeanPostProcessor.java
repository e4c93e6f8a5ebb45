package io.reliablemq.spring.annotation;

import io.reliablemq.spring.config.ListenerConfigurationException;
import io.reliablemq.spring.config.MessageListenerConfigurer;
import io.reliablemq.spring.config.MessageListenerEndpoint;
import io.reliablemq.spring.config.MessageListenerEndpointRegistrar;
import io.reliablemq.spring.config.MessageListenerEndpointRegistry;
import io.reliablemq.spring.listener.adapter.MethodListenerFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.stereotype.Component;
import org.springframework.util.Assert;

/**
 * Finds {@link MessageListener} methods on beans and registers them, with those that are added by code, once all singletons
 * exist, so that the listeners of a group can be merged. Thread-safe, since beans may be made on several threads.
 */
public final class MessageListenerAnnotationBeanPostProcessor
        implements BeanPostProcessor, BeanFactoryAware, SmartInitializingSingleton, Ordered {

    private final ObjectProvider<MessageListenerEndpointRegistry> registry;
    private final ObjectProvider<MethodListenerFactory> listenerMethods;
    private final ObjectProvider<MessageListenerConfigurer> configurers;
    private final Set<Class<?>> classesWithoutListeners = ConcurrentHashMap.newKeySet();

    /** Guards {@link #waiting}, {@link #ids} and {@link #singletonsExist}. */
    private final Object lock = new Object();

    private final List<DeclaredListener> waiting = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private boolean singletonsExist;

    private @Nullable ConfigurableBeanFactory beanFactory;

    public MessageListenerAnnotationBeanPostProcessor(
            ObjectProvider<MessageListenerEndpointRegistry> registry,
            ObjectProvider<MethodListenerFactory> listenerMethods,
            ObjectProvider<MessageListenerConfigurer> configurers) {
        this.registry = registry;
        this.listenerMethods = listenerMethods;
        this.configurers = configurers;
    }

    @Override
    public void setBeanFactory(BeanFactory beanFactory) {
        this.beanFactory = (ConfigurableBeanFactory) beanFactory;
    }

    /** After all others, so that listeners are called through the proxies that these make. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        Class<?> type = AopProxyUtils.ultimateTargetClass(bean);
        if (bean instanceof AopInfrastructureBean
                || classesWithoutListeners.contains(type)
                || isOfSpringItself(type)
                || !AnnotationUtils.isCandidateClass(type, MessageListener.class)) {
            return bean;
        }
        List<DeclaredListener> listeners = DeclaredListener.find(bean, beanName, type);
        if (listeners.isEmpty()) {
            classesWithoutListeners.add(type);
        } else {
            requireSingleton(beanName, listeners.get(0));
            take(listeners);
        }
        return bean;
    }

    /** Most beans of a small application, and none of them listens; to look at all their methods takes time at the start. */
    private static boolean isOfSpringItself(Class<?> type) {
        return type.getName().startsWith("org.springframework.")
                && !AnnotatedElementUtils.isAnnotated(type, Component.class);
    }

    @Override
    public void afterSingletonsInstantiated() {
        List<DeclaredListener> all;
        synchronized (lock) {
            singletonsExist = true;
            all = List.copyOf(waiting);
            waiting.clear();
        }
        MessageListenerEndpointRegistrar registrar = new MessageListenerEndpointRegistrar();
        configurers.orderedStream().forEach(configurer -> configurer.configureListeners(registrar));
        register(all, registrar.endpoints());
    }

    private void take(List<DeclaredListener> listeners) {
        synchronized (lock) {
            if (!singletonsExist) {
                waiting.addAll(listeners);
                return;
            }
        }
        register(listeners, List.of());
    }

    /** All in one go, so that those of a group are merged whichever way they were declared. */
    private void register(List<DeclaredListener> listeners, List<MessageListenerEndpoint> byCode) {
        List<MessageListenerEndpoint> endpoints = new ArrayList<>();
        if (!listeners.isEmpty()) {
            MethodEndpoints methods =
                    new MethodEndpoints(beanFactory(), listenerMethods.getObject(), this::generatedId);
            listeners.forEach(listener -> endpoints.add(methods.endpoint(listener)));
        }
        endpoints.addAll(byCode);
        if (!endpoints.isEmpty()) {
            registry.getObject().register(endpoints);
        }
    }

    /** Bean and method; with a number behind it where a method is annotated several times or overloaded. */
    private String generatedId(DeclaredListener listener) {
        String name = listener.beanName() + "." + listener.method().getName();
        synchronized (lock) {
            String id = name;
            for (int number = 2; !ids.add(id); number++) {
                id = name + "#" + number;
            }
            return id;
        }
    }

    private void requireSingleton(String beanName, DeclaredListener listener) {
        ConfigurableBeanFactory beans = beanFactory();
        if (beans.containsBean(beanName) && !beans.isSingleton(beanName)) {
            throw new ListenerConfigurationException(
                    "The bean '" + beanName + "' of " + listener.description() + " is not a singleton.",
                    "Each instance would listen anew: make it a singleton, or move the listener to one.");
        }
    }

    private ConfigurableBeanFactory beanFactory() {
        Assert.state(beanFactory != null, "setBeanFactory has not been called");
        return beanFactory;
    }
}
