package io.reliablemq.spring.listener.adapter;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Waits for stages where the work has to end on the calling thread. */
final class StageResults {

    /** @throws Exception what the stage failed with */
    static <T extends @Nullable Object> T await(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }

    private StageResults() {}
}
