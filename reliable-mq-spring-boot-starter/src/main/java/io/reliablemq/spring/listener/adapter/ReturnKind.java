package io.reliablemq.spring.listener.adapter;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeResult;
import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * What a listener method returns, and so what becomes of its messages.
 *
 * @param async whether it comes in a stage, so that messages are acknowledged only when that completes
 */
record ReturnKind(Content content, boolean async) {

    /** What is returned, in the stage if it comes in one. */
    enum Content {
        /** Nothing: to return is to have succeeded. */
        NOTHING,
        /** A {@link ConsumeResult}. */
        RESULT,
        /** A {@link BatchOutcome}. */
        OUTCOME,
        /** Anything else: the reply to whoever asked. */
        REPLY
    }

    /** @throws IllegalArgumentException if the method cannot be a listener, with the reason */
    static ReturnKind of(Method method, boolean batch) {
        ResolvableType type = ResolvableType.forMethodReturnType(method);
        Class<?> raw = type.toClass();
        if (CompletionStage.class.isAssignableFrom(raw)) {
            ResolvableType result = type.as(CompletionStage.class).getGeneric(0);
            Class<?> resolved = result.resolve();
            if (resolved == null || resolved == Object.class) {
                throw new IllegalArgumentException(
                        "It returns " + type + ", which does not say what it completes with; "
                                + "declare it, for instance CompletableFuture<Void> or CompletableFuture<ConsumeResult>");
            }
            return new ReturnKind(content(resolved, batch), true);
        }
        if (Future.class.isAssignableFrom(raw) || isReactive(raw)) {
            throw new IllegalArgumentException("It returns " + raw.getName()
                    + ", whose end is not noticed here; return a CompletionStage, which others are turned into");
        }
        return new ReturnKind(content(raw, batch), false);
    }

    private static Content content(Class<?> type, boolean batch) {
        if (type == void.class || type == Void.class) {
            return Content.NOTHING;
        }
        if (type == ConsumeResult.class) {
            return Content.RESULT;
        }
        if (type == BatchOutcome.class && batch) {
            return Content.OUTCOME;
        }
        if (batch) {
            throw new IllegalArgumentException("It takes batches and returns " + type.getName()
                    + "; such a method returns BatchOutcome, ConsumeResult or nothing");
        }
        if (type == boolean.class || type == Boolean.class || type == BatchOutcome.class) {
            throw new IllegalArgumentException("It returns " + type.getName()
                    + ", which could be meant as a result and as a reply; a listener returns ConsumeResult, nothing, or "
                    + "an object that is sent as the reply");
        }
        return Content.REPLY;
    }

    private static boolean isReactive(Class<?> type) {
        return isSubtype(type, "org.reactivestreams.Publisher")
                || isSubtype(type, "java.util.concurrent.Flow$Publisher");
    }

    private static boolean isSubtype(Class<?> type, String name) {
        return ClassUtils.getAllInterfacesForClassAsSet(type).stream()
                .map(Class::getName)
                .anyMatch(name::equals);
    }

    /** The result that a value stands for where it is no reply. */
    @Nullable
    ConsumeResult result(@Nullable Object value) {
        return content == Content.RESULT ? (ConsumeResult) value : ConsumeResult.CONSUME_SUCCESS;
    }
}
