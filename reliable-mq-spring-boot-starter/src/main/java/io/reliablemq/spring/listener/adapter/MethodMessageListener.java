package io.reliablemq.spring.listener.adapter;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.spring.listener.Delivery;
import io.reliablemq.spring.listener.DeliveryHandler;
import io.reliablemq.spring.listener.MessageLease;
import io.reliablemq.spring.support.MessageMapper;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.messaging.Message;

/**
 * Calls a listener method with one message.
 *
 * <p>A method that returns nothing acknowledges by returning; one that returns a {@link ConsumeResult} says so itself, and null
 * is a retry; any other value is the reply to a message that asks for one. Where it returns a stage, all that holds when the
 * stage completes. A message that cannot be turned into the method's arguments never can, so that it fails with an
 * {@link UnreadablePayloadException}. Thread-safe if the bean is.
 */
public final class MethodMessageListener implements DeliveryHandler {

    private final ListenerMethod method;
    private final MessageMapper mapper;
    private final Replies replies;
    private final ReturnKind returns;
    private final PayloadParameter payload;
    private final @Nullable Idempotence idempotence;
    private final MessageKeys keys;

    /**
     * What a call has come to.
     *
     * @param reply the body of the reply; null if there is none
     */
    private record Handled(@Nullable ConsumeResult result, byte @Nullable [] reply) {

        boolean isDone() {
            return result == ConsumeResult.CONSUME_SUCCESS;
        }
    }

    /**
     * @param idempotence null to handle each delivery
     * @throws IllegalArgumentException if the method cannot be a listener, with the reason
     */
    public MethodMessageListener(
            Object bean,
            Method method,
            ListenerMethodFactory methods,
            MessageMapper mapper,
            Replies replies,
            @Nullable Idempotence idempotence) {
        this.returns = ReturnKind.of(method, false);
        this.payload = PayloadParameter.find(method);
        this.method = methods.create(bean, method);
        this.mapper = mapper;
        this.replies = replies;
        this.idempotence = idempotence;
        this.keys = new MessageKeys(this.method.getMethod(), idempotence == null ? "" : idempotence.keyExpression());
        if (idempotence != null && idempotence.store().isTransactional() && returns.async()) {
            throw new IllegalArgumentException(
                    "It returns a stage, whose work ends on another thread and so outside the "
                            + "transaction of its mark; do the work before returning, or use a store that is not transactional");
        }
    }

    @Override
    public boolean isIdempotent() {
        return idempotence != null && idempotence.store().isTransactional();
    }

    @Override
    public CompletionStage<@Nullable BatchOutcome> handle(Delivery delivery) throws Exception {
        MessageLease lease = delivery.lease();
        return DeliveryHandler.of((ReceivedMessage message) -> handle(message, lease))
                .handle(delivery);
    }

    private CompletionStage<@Nullable ConsumeResult> handle(ReceivedMessage received, MessageLease lease)
            throws Exception {
        Message<byte[]> message = message(received);
        @Nullable Object[] arguments = method.arguments(received, message, received, lease);
        if (idempotence == null) {
            return call(received, arguments).thenApply(handled -> finish(received, handled));
        }
        Object content = payload.of(arguments, received);
        String key = keys.key(new MessageKeys.Root(received, content, message.getHeaders()), arguments);
        Handled handled = once(idempotence, key, received, arguments);
        return CompletableFuture.completedFuture(finish(received, handled));
    }

    private Message<byte[]> message(ReceivedMessage received) {
        try {
            return mapper.fromWire(received);
        } catch (RuntimeException e) {
            throw method.unusable(received, e);
        }
    }

    private CompletionStage<Handled> call(ReceivedMessage received, @Nullable Object[] arguments) throws Exception {
        Object value = method.call(arguments);
        if (!returns.async()) {
            return CompletableFuture.completedFuture(handled(received, value));
        }
        return value == null
                ? CompletableFuture.completedFuture(new Handled(null, null))
                : ((CompletionStage<?>) value).thenApply(result -> handled(received, result));
    }

    private Handled handled(ReceivedMessage received, @Nullable Object value) {
        if (value == null || returns.content() != ReturnKind.Content.REPLY || !Replies.isAskedFor(received)) {
            return new Handled(returns.result(value), null);
        }
        return new Handled(ConsumeResult.CONSUME_SUCCESS, replies.body(received, value));
    }

    /** A message that was handled before is done, and nobody is called. */
    private Handled once(Idempotence idempotent, String key, ReceivedMessage received, @Nullable Object[] arguments)
            throws Exception {
        AtomicReference<@Nullable Handled> said = new AtomicReference<>();
        idempotent.store().once(idempotent.group(), Set.of(key), unmarked -> {
            Handled handled = StageResults.await(call(received, arguments));
            said.set(handled);
            return handled.isDone() ? unmarked : Set.of();
        });
        Handled handled = said.get();
        return handled == null ? new Handled(ConsumeResult.CONSUME_SUCCESS, null) : handled;
    }

    private @Nullable ConsumeResult finish(ReceivedMessage received, Handled handled) {
        if (handled.reply() != null) {
            replies.send(received, handled.reply());
        }
        return handled.result();
    }

    @Override
    public String toString() {
        return method.getShortLogMessage();
    }
}
