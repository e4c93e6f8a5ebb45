package io.reliablemq.spring.listener;

import io.reliablemq.client.api.AsyncMessageHandler;
import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.ReceivedMessage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Works through the messages of one delivery; each has an outcome of its own. Used by one thread at a time. */
final class OneByOne {

    private final AsyncMessageHandler handler;
    private final Deque<ReceivedMessage> left;
    private final BatchOutcome.Builder outcome = BatchOutcome.builder();

    OneByOne(AsyncMessageHandler handler, Delivery delivery) {
        this.handler = handler;
        this.left = new ArrayDeque<>(delivery.messages());
    }

    CompletionStage<@Nullable BatchOutcome> next() {
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

    private @Nullable Void record(ReceivedMessage message, @Nullable ConsumeResult result, @Nullable Throwable error) {
        if (error != null) {
            outcome.retry(message, Failures.unwrapped(error));
        } else if (result != ConsumeResult.CONSUME_SUCCESS) {
            outcome.retry(message);
        }
        return null;
    }
}
