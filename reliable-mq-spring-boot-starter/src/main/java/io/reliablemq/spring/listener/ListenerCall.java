package io.reliablemq.spring.listener;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ReceivedMessage;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A call of a listener, as {@link ListenerFilter filters} see it. */
public interface ListenerCall {

    /** The id of the listener, which its container can be looked up by. */
    String listenerId();

    String group();

    /** One, or several where the listener takes batches. */
    List<ReceivedMessage> messages();

    /**
     * Goes on to the next filter, and in the end to the listener. To be called once.
     *
     * @return completes with what is to become of the messages, after the error handler has decided on those that failed. What
     *     the listener has thrown is the cause of a failure in the outcome. Null is a retry of all
     * @throws Exception only what another filter throws
     */
    CompletionStage<@Nullable BatchOutcome> proceed() throws Exception;
}
