package io.reliablemq.spring.listener;

import io.reliablemq.client.api.BatchOutcome;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Stands around each call of each listener and may change what becomes of its messages: for whatever is to be there for all. Every bean of this
 * type is applied, the first by order outermost.
 *
 * <p>Called by several consume threads at once. Work that listens on a thread begins on the one that calls; the stage may
 * complete on another.
 */
@FunctionalInterface
public interface ListenerFilter {

    /**
     * @return what {@link ListenerCall#proceed()} returned, or a stage that depends on it
     * @throws Exception as if the listener had thrown it: the messages are retried, or become dead letters if it is of a
     *     non-retryable type
     */
    CompletionStage<@Nullable BatchOutcome> filter(ListenerCall call) throws Exception;
}
