package io.reliablemq.spring.listener;

import io.reliablemq.client.api.AsyncMessageHandler;
import io.reliablemq.client.api.BatchMessageHandler;
import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.MessageHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A listener, of whichever kind, as its container calls it. Called by several consume threads at once.
 *
 * <p>The messages count as being handled until the stage completes, and are acknowledged only then, except those that the
 * outcome names as failed. An exception, from the call or from the stage, is the failure of all of them; null is a retry.
 */
@FunctionalInterface
public interface DeliveryHandler {

    CompletionStage<@Nullable BatchOutcome> handle(Delivery delivery) throws Exception;

    /** Whether a message that comes twice has its effect once, also over a crash; false where nobody can tell. */
    default boolean isIdempotent() {
        return false;
    }

    /** One that handles message by message; of several, each before the next. */
    static DeliveryHandler of(MessageHandler handler) {
        return of((AsyncMessageHandler) message -> CompletableFuture.completedFuture(handler.handle(message)));
    }

    /** One that handles message by message and may end later; of several, each before the next. */
    static DeliveryHandler of(AsyncMessageHandler handler) {
        return delivery -> new OneByOne(handler, delivery).next();
    }

    static DeliveryHandler of(BatchMessageHandler handler) {
        return delivery -> CompletableFuture.completedFuture(handler.handle(delivery.messages()));
    }
}
