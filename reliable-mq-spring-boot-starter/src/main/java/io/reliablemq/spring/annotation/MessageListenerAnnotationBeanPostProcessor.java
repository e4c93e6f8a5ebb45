package io.reliablemq.spring.annotation;

import io.reliablemq.spring.config.ListenerConfigurationException;
import io.reliablemq.spring.config.MessageListenerEndpoint;
import io.reliablemq.spring.config.MessageListenerEndpointRegistry;
import io.reliablemq.spring.listener.adapter.ListenerMethodFactory;
import io.reliablemq.spring.listener.adapter.MethodMessageListener;
import io.reliablemq.spring.support.MessageMapper;
import java.lang.reflect.Method;
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
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.Assert;

/**
 * Finds {@link MessageListener} methods on beans and registers them once all singletons exist, so that the listeners
 * of a group can be merged. Thread-safe, since beans may be made on several threads.
 */
public final class MessageListenerAnnotationBeanPostProcessor
        implements BeanPostProcessor, BeanFactoryAware, SmartInitializingSingleton, Ordered {

    private final ObjectProvider<MessageListenerEndpointRegistry> registry;
    private final ObjectProvider<ListenerMethodFactory> methods;
    private final ObjectProvider<MessageMapper> mapper;
    private final Set<Class<?>> classesWithoutListeners = ConcurrentHashMap.newKeySet();

    /** Guards {@link #waiting}, {@link #ids} and {@link #singletonsExist}. */
    private final Object lock = new Object();

    private final List<DeclaredListener> waiting = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private boolean singletonsExist;

    private @Nullable ConfigurableBeanFactory beanFactory;

    public MessageListenerAnnotationBeanPostProcessor(
            ObjectProvider<MessageListenerEndpointRegistry> registry,
            ObjectProvider<ListenerMethodFactory> methods,
            ObjectProvider<MessageMapper> mapper) {
        this.registry = registry;
        this.methods = methods;
        this.mapper = mapper;
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

    @Override
    public void afterSingletonsInstantiated() {
        List<DeclaredListener> all;
        synchronized (lock) {
            singletonsExist = true;
            all = List.copyOf(waiting);
            waiting.clear();
        }
        register(all);
    }

    private void take(List<DeclaredListener> listeners) {
        synchronized (lock) {
            if (!singletonsExist) {
                waiting.addAll(listeners);
                return;
            }
        }
        register(listeners);
    }

    private void register(List<DeclaredListener> listeners) {
        if (!listeners.isEmpty()) {
            registry.getObject().register(listeners.stream().map(this::endpoint).toList());
        }
    }

    private MessageListenerEndpoint endpoint(DeclaredListener listener) {
        ListenerAttributes attributes =
                new ListenerAttributes(beanFactory(), listener.annotation(), listener.description());
        String id = attributes.id();
        return new MessageListenerEndpoint(
                id.isEmpty() ? generatedId(listener) : id,
                listener.description(),
                attributes.topic(),
                attributes.tags(),
                attributes.group(),
                attributes.concurrency(),
                attributes.maxReconsumeTimes(),
                attributes.autoStartup(),
                handler(listener));
    }

    private MethodMessageListener handler(DeclaredListener listener) {
        Method method = listener.method();
        try {
            return new MethodMessageListener(listener.bean(), method, methods.getObject(), mapper.getObject());
        } catch (IllegalArgumentException e) {
            throw new ListenerConfigurationException(
                    "The method " + listener.description() + " cannot be a listener. " + e.getMessage() + ".",
                    "Change its return type to void, or to ConsumeResult to say itself what became of the message.",
                    e);
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
