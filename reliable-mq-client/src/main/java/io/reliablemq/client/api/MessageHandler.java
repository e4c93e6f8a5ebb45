package io.reliablemq.client.api;

import org.jspecify.annotations.Nullable;

/** The application's code behind a {@link PushConsumer}. Called by several threads at once. */
@FunctionalInterface
public interface MessageHandler {

    /**
     * Handles one message.
     *
     * @return {@code null} counts as {@link ConsumeResult#RECONSUME_LATER}
     * @throws NonRetryableException to have the message kept as a dead letter at once
     * @throws Exception any other exception is a retry
     */
    @Nullable
    ConsumeResult handle(ReceivedMessage message) throws Exception;
}
