package io.reliablemq.spring.observation;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ConsumeInterceptor;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.TransactionProducer;
import io.reliablemq.spring.core.Outbox;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.util.function.SingletonSupplier;

/**
 * Puts observations around the producers and outboxes that are beans, and all interceptors that are beans around the listeners of clients that
 * are beans. Both are looked up when they are needed first, so that meters and their neighbours are not made too early.
 */
public final class ObservingBeanPostProcessor implements BeanPostProcessor {

    private final Supplier<SendObservations> sends;
    private final Supplier<List<ConsumeInterceptor>> listeners;

    public ObservingBeanPostProcessor(
            ObjectProvider<SendObservations> sends, ObjectProvider<ConsumeInterceptor> listeners) {
        this.sends = SingletonSupplier.of(sends::getObject);
        this.listeners = SingletonSupplier.of(() -> listeners.orderedStream().toList());
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof MqClient client) {
            client.intercept(new ConsumeInterceptors(listeners));
        } else if (bean instanceof Producer producer && !(bean instanceof ObservedProducer)) {
            return new ObservedProducer(producer, sends);
        } else if (bean instanceof TransactionProducer producer && !(bean instanceof ObservedTransactionProducer)) {
            return new ObservedTransactionProducer(producer, sends);
        } else if (bean instanceof Outbox outbox && !(bean instanceof ObservedOutbox)) {
            return new ObservedOutbox(outbox, sends);
        }
        return bean;
    }
}
