package io.reliablemq.client.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The application's code behind a {@link PushConsumer}, for several messages at once. Called by several threads at once. */
@FunctionalInterface
public interface BatchMessageHandler {

    /**
     * Handles messages of one queue.
     *
     * @param messages 1 to {@link PushConsumerSettings#consumeBatchSize()}, in the order of the queue
     * @return which of them failed; {@code null} counts as {@link BatchOutcome#retryAll()}
     * @throws Exception all of them failed
     */
    @Nullable
    BatchOutcome handle(List<ReceivedMessage> messages) throws Exception;
}
