package io.reliablemq.spring.listener.adapter;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.NonRetryableException;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.spring.listener.Delivery;
import io.reliablemq.spring.listener.DeliveryHandler;
import io.reliablemq.spring.support.MessageMapper;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.messaging.Message;

/**
 * Calls a listener method with the messages of a batch. A message that cannot be turned into an element is left out of the list
 * and fails by itself. The method returns nothing or a {@link ConsumeResult} for all, or a {@link BatchOutcome}, or a stage of
 * these. Thread-safe if the bean is.
 */
public final class BatchMethodMessageListener implements DeliveryHandler {

    private final ListenerMethod method;
    private final MessageMapper mapper;
    private final ReturnKind returns;
    private final BatchElement element;
    private final @Nullable Idempotence idempotence;
    private final MessageKeys keys;

    /** A message and what the listener gets of it. */
    private record Item(ReceivedMessage message, @Nullable Object element) {}

    /**
     * @param idempotence null to handle each delivery
     * @throws IllegalArgumentException if the method cannot be a listener of batches, with the reason
     */
    public BatchMethodMessageListener(
            Object bean,
            Method method,
            ListenerMethodFactory methods,
            MessageMapper mapper,
            @Nullable Idempotence idempotence) {
        this.returns = ReturnKind.of(method, true);
        this.element = BatchElement.of(method);
        this.method = methods.create(bean, method);
        this.mapper = mapper;
        this.idempotence = idempotence;
        this.keys = new MessageKeys(this.method.getMethod(), idempotence == null ? "" : idempotence.keyExpression());
        if (idempotence != null && idempotence.store().isTransactional() && returns.async()) {
            throw new IllegalArgumentException(
                    "It returns a stage, whose work ends on another thread and so outside the "
                            + "transaction of its marks; do the work before returning, or use a store that is not transactional");
        }
    }

    @Override
    public boolean isIdempotent() {
        return idempotence != null && idempotence.store().isTransactional();
    }

    @Override
    public CompletionStage<@Nullable BatchOutcome> handle(Delivery delivery) throws Exception {
        BatchOutcome.Builder all = BatchOutcome.builder();
        if (idempotence != null) {
            Map<String, Item> items = new LinkedHashMap<>();
            for (ReceivedMessage message : delivery.messages()) {
                read(message, all, (item, headers) -> keep(item, headers, items, all));
            }
            once(idempotence, items, all);
            return CompletableFuture.completedFuture(all.build());
        }
        List<Item> items = new ArrayList<>();
        delivery.messages().forEach(message -> read(message, all, (item, headers) -> items.add(item)));
        return call(items).handle((outcome, error) -> merge(items, outcome, error, all));
    }

    @FunctionalInterface
    private interface Reader {
        void accept(Item item, Map<String, Object> headers);
    }

    private void read(ReceivedMessage received, BatchOutcome.Builder all, Reader reader) {
        try {
            Message<byte[]> message = message(received);
            reader.accept(new Item(received, element.make(method, received, message)), message.getHeaders());
        } catch (RuntimeException e) {
            all.retry(received, e);
        }
    }

    private Message<byte[]> message(ReceivedMessage received) {
        try {
            return mapper.fromWire(received);
        } catch (RuntimeException e) {
            throw method.unusable(received, e);
        }
    }

    /** @throws NonRetryableException if the message has no key */
    private void keep(Item item, Map<String, Object> headers, Map<String, Item> items, BatchOutcome.Builder all) {
        Object payload = PayloadParameter.content(item.element());
        String key = keys.key(
                new MessageKeys.Root(item.message(), payload, headers), new @Nullable Object[] {item.element()});
        if (items.putIfAbsent(key, item) != null) {
            // The same message twice in a batch: how the first one ends is known when this one comes again.
            all.retry(item.message());
        }
    }

    private void once(Idempotence idempotent, Map<String, Item> items, BatchOutcome.Builder all) {
        if (items.isEmpty()) {
            return;
        }
        Set<String> handled = new HashSet<>(items.keySet());
        try {
            idempotent.store().once(idempotent.group(), items.keySet(), unmarked -> {
                handled.removeIf(key -> !unmarked.contains(key));
                return done(items, unmarked, all);
            });
        } catch (Exception e) {
            handled.forEach(key -> {
                Item item = items.get(key);
                if (item != null) {
                    all.retry(item.message(), e);
                }
            });
        }
    }

    private Set<String> done(Map<String, Item> items, Set<String> unmarked, BatchOutcome.Builder all) throws Exception {
        Map<String, Item> own = new LinkedHashMap<>(items);
        own.keySet().retainAll(unmarked);
        BatchOutcome outcome = StageResults.await(call(List.copyOf(own.values())));
        merge(own.values(), outcome, null, all);
        return own.entrySet().stream()
                .filter(entry ->
                        outcome != null && outcome.failure(entry.getValue().message()) == null)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private CompletionStage<@Nullable BatchOutcome> call(List<Item> items) throws Exception {
        if (items.isEmpty()) {
            return CompletableFuture.completedFuture(BatchOutcome.success());
        }
        List<@Nullable Object> elements = new ArrayList<>();
        items.forEach(item -> elements.add(item.element()));
        Object value = method.call(elements);
        if (!returns.async()) {
            return CompletableFuture.completedFuture(outcome(value));
        }
        return value == null
                ? CompletableFuture.completedFuture(null)
                : ((CompletionStage<?>) value).thenApply(this::outcome);
    }

    private @Nullable BatchOutcome outcome(@Nullable Object value) {
        if (returns.content() == ReturnKind.Content.OUTCOME) {
            return (BatchOutcome) value;
        }
        return returns.result(value) == ConsumeResult.CONSUME_SUCCESS
                ? BatchOutcome.success()
                : BatchOutcome.retryAll();
    }

    /** Adds what the listener said of its part to what is known of the others. */
    private static BatchOutcome merge(
            Iterable<Item> items, @Nullable BatchOutcome outcome, @Nullable Throwable error, BatchOutcome.Builder all) {
        BatchOutcome stated = error != null
                ? BatchOutcome.allFailed(new BatchOutcome.Failure(false, error))
                : outcome == null ? BatchOutcome.retryAll() : outcome;
        for (Item item : items) {
            BatchOutcome.Failure failure = stated.failure(item.message());
            if (failure != null) {
                add(item.message(), failure, all);
            }
        }
        return all.build();
    }

    private static void add(ReceivedMessage message, BatchOutcome.Failure failure, BatchOutcome.Builder all) {
        Throwable cause = failure.cause();
        if (cause == null) {
            if (failure.deadLetter()) {
                all.deadLetter(message, new NonRetryableException("The listener has given the message up", null));
            } else {
                all.retry(message);
            }
        } else if (failure.deadLetter()) {
            all.deadLetter(message, cause);
        } else {
            all.retry(message, cause);
        }
    }

    @Override
    public String toString() {
        return method.getShortLogMessage();
    }
}
