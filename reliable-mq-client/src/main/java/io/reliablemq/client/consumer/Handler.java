package io.reliablemq.client.consumer;

import io.reliablemq.client.api.AsyncBatchMessageHandler;
import io.reliablemq.client.api.AsyncMessageHandler;
import io.reliablemq.client.api.BatchMessageHandler;
import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.ReceivedMessage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The application's listener, of whichever kind. */
public interface Handler {

    /** @return completes with what failed; null for everything */
    CompletionStage<@Nullable BatchOutcome> handle(List<ReceivedMessage> messages) throws Exception;

    /** How many messages one call takes at most, where the settings allow more. */
    default int maxBatch(int configured) {
        return 1;
    }

    static Handler of(MessageHandler handler) {
        return messages -> CompletableFuture.completedFuture(outcome(handler.handle(messages.get(0))));
    }

    static Handler of(AsyncMessageHandler handler) {
        return messages -> {
            @Nullable CompletionStage<@Nullable ConsumeResult> stage = handler.handle(messages.get(0));
            return stage == null ? CompletableFuture.completedFuture(null) : outcome(stage);
        };
    }

    static Handler of(BatchMessageHandler handler) {
        return new Handler() {
            @Override
            public CompletionStage<@Nullable BatchOutcome> handle(List<ReceivedMessage> messages) throws Exception {
                return CompletableFuture.completedFuture(handler.handle(messages));
            }

            @Override
            public int maxBatch(int configured) {
                return configured;
            }
        };
    }

    static Handler of(AsyncBatchMessageHandler handler) {
        return new Handler() {
            @Override
            public CompletionStage<@Nullable BatchOutcome> handle(List<ReceivedMessage> messages) throws Exception {
                @Nullable CompletionStage<@Nullable BatchOutcome> stage = handler.handle(messages);
                return stage == null ? CompletableFuture.completedFuture(null) : stage;
            }

            @Override
            public int maxBatch(int configured) {
                return configured;
            }
        };
    }

    /** Not thenApply, which would wrap an error, and never complete where that cannot say what it is. */
    private static CompletionStage<@Nullable BatchOutcome> outcome(CompletionStage<@Nullable ConsumeResult> stage) {
        CompletableFuture<@Nullable BatchOutcome> outcome = new CompletableFuture<>();
        stage.handle((result, error) ->
                error == null ? outcome.complete(outcome(result)) : outcome.completeExceptionally(error));
        return outcome;
    }

    private static @Nullable BatchOutcome outcome(@Nullable ConsumeResult result) {
        if (result == null) {
            return null;
        }
        return result == ConsumeResult.CONSUME_SUCCESS ? BatchOutcome.success() : BatchOutcome.retryAll();
    }
}
