package io.reliablemq.spring.listener;

import io.reliablemq.client.api.AsyncMessageHandler;
import io.reliablemq.client.api.BatchMessageHandler;
import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.ReceivedMessage;
import java.util.ArrayDeque;
import java.util.Deque;
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

    /** Works through the messages of a delivery; each has an outcome of its own. Confined to one thread at a time. */
    final class OneByOne {

        private final AsyncMessageHandler handler;
        private final Deque<ReceivedMessage> left;
        private final BatchOutcome.Builder outcome = BatchOutcome.builder();

        private OneByOne(AsyncMessageHandler handler, Delivery delivery) {
            this.handler = handler;
            this.left = new ArrayDeque<>(delivery.messages());
        }

        private CompletionStage<@Nullable BatchOutcome> next() {
            ReceivedMessage message = left.poll();
            if (message == null) {
                return CompletableFuture.completedFuture(outcome.build());
            }
            return begin(message)
                    .handle((result, error) -> record(message, result, error))
                    .thenCompose(done -> next());
        }

        private CompletionStage<@Nullable ConsumeResult> begin(ReceivedMessage message) {
            try {
                CompletionStage<@Nullable ConsumeResult> stage = handler.handle(message);
                return stage == null ? CompletableFuture.completedFuture(null) : stage;
            } catch (Exception e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private @Nullable Void record(
                ReceivedMessage message, @Nullable ConsumeResult result, @Nullable Throwable error) {
            if (error != null) {
                outcome.retry(message, Failures.unwrapped(error));
            } else if (result != ConsumeResult.CONSUME_SUCCESS) {
                outcome.retry(message);
            }
            return null;
        }
    }
}
