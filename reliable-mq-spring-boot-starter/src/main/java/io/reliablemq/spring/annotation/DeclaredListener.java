package io.reliablemq.spring.annotation;

import io.reliablemq.spring.config.ListenerConfigurationException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.scheduling.annotation.Async;

/**
 * A {@link MessageListener} as found on a bean's method.
 *
 * @param method callable on the bean, which may be a proxy
 * @param defaults those of the class; null if it has none
 * @param description how messages to the developer name it: {@code OrderListener.onOrder(Order)}
 */
record DeclaredListener(
        Object bean,
        String beanName,
        Method method,
        MessageListener annotation,
        @Nullable MessageListener defaults,
        String description) {

    /** All of a bean, whose own class, behind any proxy, is the type. */
    static List<DeclaredListener> find(Object bean, String beanName, Class<?> type) {
        Map<Method, Set<MessageListener>> annotated =
                MethodIntrospector.selectMethods(type, DeclaredListener::annotations);
        MessageListener defaults = defaults(type, annotated.isEmpty());
        List<DeclaredListener> listeners = new ArrayList<>();
        annotated.forEach((method, annotations) -> {
            String description = describe(type, method);
            requireSynchronous(type, method, description);
            Method invocable = invocable(bean, method, description);
            annotations.forEach(annotation ->
                    listeners.add(new DeclaredListener(bean, beanName, invocable, annotation, defaults, description)));
        });
        return listeners;
    }

    private static @Nullable MessageListener defaults(Class<?> type, boolean alone) {
        Set<MessageListener> found = AnnotatedElementUtils.findMergedRepeatableAnnotations(
                type, MessageListener.class, MessageListeners.class);
        if (found.isEmpty()) {
            return null;
        }
        if (alone || found.size() > 1) {
            throw new ListenerConfigurationException(
                    "The class " + type.getSimpleName() + " is annotated with @MessageListener "
                            + (alone ? "and none of its methods is, so that nothing would listen." : "more than once."),
                    "Annotate the methods that are to be called; on the class, one @MessageListener gives them defaults.");
        }
        return found.iterator().next();
    }

    private static @Nullable Set<MessageListener> annotations(Method method) {
        Set<MessageListener> found = AnnotatedElementUtils.getMergedRepeatableAnnotations(
                method, MessageListener.class, MessageListeners.class);
        return found.isEmpty() ? null : found;
    }

    /** Such a method returns before it has begun, and its message would be acknowledged then. */
    private static void requireSynchronous(Class<?> type, Method method, String description) {
        boolean async = AnnotatedElementUtils.hasAnnotation(method, Async.class)
                || AnnotatedElementUtils.hasAnnotation(type, Async.class);
        if (async && !CompletionStage.class.isAssignableFrom(method.getReturnType())) {
            throw new ListenerConfigurationException(
                    "The method " + description + " is @Async, so its messages would be acknowledged before they are "
                            + "handled, and lost if that fails.",
                    "Remove @Async: messages are handled on threads of the group, as many as its concurrency says. Or return a "
                            + "CompletableFuture that completes when the message is handled.");
        }
    }

    private static Method invocable(Object bean, Method method, String description) {
        int modifiers = method.getModifiers();
        if (Modifier.isStatic(modifiers) || Modifier.isPrivate(modifiers)) {
            throw new ListenerConfigurationException(
                    "The method " + description + " is " + (Modifier.isStatic(modifiers) ? "static" : "private")
                            + ", so it cannot be called on the bean and what the bean's proxies add.",
                    "Make it an instance method that is not private.");
        }
        try {
            return AopUtils.selectInvocableMethod(method, bean.getClass());
        } catch (IllegalStateException e) {
            throw new ListenerConfigurationException(
                    "The method " + description + " cannot be called through the bean's proxy: " + e.getMessage(),
                    "Declare the method on an interface that the proxy implements, or have classes proxied "
                            + "(spring.aop.proxy-target-class=true).",
                    e);
        }
    }

    private static String describe(Class<?> type, Method method) {
        String parameters = Arrays.stream(method.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(Collectors.joining(", "));
        return type.getSimpleName() + "." + method.getName() + "(" + parameters + ")";
    }
}
