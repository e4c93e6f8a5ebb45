package io.reliablemq.spring.annotation;

import io.reliablemq.spring.config.ListenerConfigurationException;
import io.reliablemq.spring.config.ListenerSettings;
import io.reliablemq.spring.config.MessageListenerEndpoint;
import io.reliablemq.spring.idempotent.IdempotencyStore;
import io.reliablemq.spring.listener.DeliveryHandler;
import io.reliablemq.spring.listener.ListenerErrorHandler;
import io.reliablemq.spring.listener.adapter.Idempotence;
import io.reliablemq.spring.listener.adapter.MethodListenerFactory;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;

/** Makes endpoints of annotated methods. */
final class MethodEndpoints {

    /** The stores that have a short name, by the names of their beans. */
    private static final Map<String, String> STORE_BEANS = Map.of(
            MessageListener.JDBC, "reliableMqJdbcIdempotencyStore",
            MessageListener.MEMORY, "reliableMqInMemoryIdempotencyStore");

    private final ConfigurableBeanFactory beanFactory;
    private final MethodListenerFactory listeners;
    private final Function<DeclaredListener, String> generatedId;

    /** @param generatedId for listeners without an id of their own */
    MethodEndpoints(
            ConfigurableBeanFactory beanFactory,
            MethodListenerFactory listeners,
            Function<DeclaredListener, String> generatedId) {
        this.beanFactory = beanFactory;
        this.listeners = listeners;
        this.generatedId = generatedId;
    }

    /** @throws ListenerConfigurationException if the annotation or the method is not usable */
    MessageListenerEndpoint endpoint(DeclaredListener listener) {
        AttributeTexts texts = new AttributeTexts(beanFactory, listener.description());
        ListenerAttributes attributes = new ListenerAttributes(texts, listener.annotation(), listener.defaults());
        String group = attributes.group();
        ListenerSettings settings = attributes.settings();
        String id = attributes.id();
        return new MessageListenerEndpoint(
                id.isEmpty() ? generatedId.apply(listener) : id,
                listener.description(),
                attributes.topic(),
                attributes.selector(),
                group,
                settings,
                handler(listener, settings.batch(), idempotence(texts, attributes, group)),
                errorHandler(texts, attributes.errorHandler()));
    }

    private DeliveryHandler handler(DeclaredListener listener, boolean batch, @Nullable Idempotence idempotence) {
        try {
            return listeners.create(listener.bean(), listener.method(), batch, idempotence);
        } catch (IllegalArgumentException e) {
            throw new ListenerConfigurationException(
                    "The method " + listener.description() + " cannot be a listener. " + e.getMessage() + ".",
                    "Change the method or its @MessageListener. A listener returns nothing, or ConsumeResult to say "
                            + "itself what became of the message.",
                    e);
        }
    }

    private @Nullable ListenerErrorHandler errorHandler(AttributeTexts texts, String name) {
        return name.isEmpty()
                ? null
                : bean(
                        texts,
                        "errorHandler",
                        name,
                        name,
                        ListenerErrorHandler.class,
                        "define one of type ListenerErrorHandler");
    }

    private @Nullable Idempotence idempotence(AttributeTexts texts, ListenerAttributes attributes, String group) {
        String name = attributes.idempotent();
        String key = attributes.idempotentKey();
        if (name.isEmpty()) {
            if (!key.isEmpty()) {
                throw texts.refused(
                        "idempotentKey", key, "The attribute idempotent does not say where marks are kept.", null);
            }
            return null;
        }
        IdempotencyStore store = bean(
                texts,
                "idempotent",
                name,
                STORE_BEANS.getOrDefault(name, name),
                IdempotencyStore.class,
                name.equals(MessageListener.JDBC)
                        ? "it is made where spring-boot-starter-jdbc (or -data-jpa) is on the class path and there is one "
                                + "DataSource and one transaction manager; where there are several, define a bean of type "
                                + "JdbcIdempotencyStore and name that"
                        : "define one of type IdempotencyStore, or use \"jdbc\" or \"memory\"");
        try {
            store.verify();
        } catch (IllegalStateException e) {
            throw texts.refused("idempotent", name, e.getMessage() + ".", e);
        }
        return new Idempotence(store, group, key);
    }

    private <T> T bean(
            AttributeTexts texts, String attribute, String value, String name, Class<T> type, String whatToDo) {
        try {
            return beanFactory.getBean(name, type);
        } catch (NoSuchBeanDefinitionException e) {
            throw texts.refused(attribute, value, "There is no bean '" + name + "': " + whatToDo + ".", e);
        } catch (BeansException e) {
            throw texts.refused(attribute, value, e.getMessage() + ".", e);
        }
    }
}
