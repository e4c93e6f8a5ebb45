package io.reliablemq.client.api;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The application's code behind a {@link PushConsumer}, for work that ends later than the call. Called by several threads at
 * once; the message is finished, and counts as one of those handled at once, until the stage completes.
 */
@FunctionalInterface
public interface AsyncMessageHandler {

    /**
     * Begins to handle one message.
     *
     * @return completes as {@link MessageHandler#handle} returns or throws; {@code null} is a retry
     * @throws Exception as if the stage had completed with it
     */
    @Nullable
    CompletionStage<@Nullable ConsumeResult> handle(ReceivedMessage message) throws Exception;
}
