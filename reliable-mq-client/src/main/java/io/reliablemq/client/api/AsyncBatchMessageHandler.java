package io.reliablemq.client.api;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The application's code behind a {@link PushConsumer}, for several messages at once and for work that ends later than the
 * call. Called by several threads at once; the messages are finished, and count as one of those handled at once, until the
 * stage completes.
 */
@FunctionalInterface
public interface AsyncBatchMessageHandler {

    /**
     * Begins to handle messages of one queue.
     *
     * @param messages 1 to {@link PushConsumerSettings#consumeBatchSize()}, in the order of the queue
     * @return completes as {@link BatchMessageHandler#handle} returns or throws; {@code null} counts as
     *     {@link BatchOutcome#retryAll()}
     * @throws Exception as if the stage had completed with it
     */
    @Nullable
    CompletionStage<@Nullable BatchOutcome> handle(List<ReceivedMessage> messages) throws Exception;
}
