package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeInterceptor;
import io.reliablemq.client.api.ConsumeInterceptor.Call;
import io.reliablemq.client.api.ConsumeInterceptor.MessageEnd;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listener with an interceptor around its calls, which changes nothing about what it says. */
public final class InterceptedHandler implements Handler {

    private static final Logger log = LoggerFactory.getLogger(InterceptedHandler.class);

    private final Handler handler;
    private final PushConsumerSettings settings;
    private final ConsumeInterceptor interceptor;

    public InterceptedHandler(Handler handler, PushConsumerSettings settings, ConsumeInterceptor interceptor) {
        this.handler = handler;
        this.settings = settings;
        this.interceptor = interceptor;
        tell(() -> interceptor.opened(settings));
    }

    @Override
    public int maxBatch(int configured) {
        return handler.maxBatch(configured);
    }

    @Override
    public CompletionStage<@Nullable BatchOutcome> handle(List<ReceivedMessage> messages) throws Exception {
        Call call = begin(messages);
        if (call == null) {
            return handler.handle(messages);
        }
        CompletionStage<@Nullable BatchOutcome> stage;
        try {
            stage = handler.handle(messages);
        } catch (Throwable e) {
            tell(call::returned);
            ended(call, messages, null, e);
            throw e;
        }
        tell(call::returned);
        // Not whenComplete, which would wrap an error, and fail where that cannot say what it is.
        stage.handle((outcome, error) -> {
            ended(call, messages, outcome, error);
            return outcome;
        });
        return stage;
    }

    private @Nullable Call begin(List<ReceivedMessage> messages) {
        try {
            return interceptor.begin(settings, messages);
        } catch (Throwable e) {
            // Errors included, such as of a class that is missing: the message is none the worse for it.
            log.error("The interceptor {} failed; the listener is called without it", interceptor, Causes.loggable(e));
            return null;
        }
    }

    private void ended(
            Call call, List<ReceivedMessage> messages, @Nullable BatchOutcome outcome, @Nullable Throwable error) {
        Throwable cause = error == null ? causeIn(outcome, messages) : Causes.of(error);
        tell(() -> call.ended(
                messages.stream()
                        .map(message -> end(message, outcome, error == null ? null : cause))
                        .toList(),
                cause));
    }

    /** What the first failed message failed with, if the listener says so in its outcome instead of throwing it. */
    private static @Nullable Throwable causeIn(@Nullable BatchOutcome outcome, List<ReceivedMessage> messages) {
        if (outcome == null) {
            return null;
        }
        for (ReceivedMessage message : messages) {
            BatchOutcome.Failure failure = outcome.failure(message);
            if (failure != null && failure.cause() != null) {
                return failure.cause();
            }
        }
        return null;
    }

    private MessageEnd end(ReceivedMessage message, @Nullable BatchOutcome outcome, @Nullable Throwable error) {
        Throwable cause = error;
        boolean notRetryable = false;
        if (error == null && outcome != null) {
            BatchOutcome.Failure failure = outcome.failure(message);
            if (failure == null) {
                return MessageEnd.DONE;
            }
            cause = failure.cause();
            notRetryable = failure.deadLetter();
        }
        if (notRetryable || cause != null && settings.retries().isNonRetryable(cause)) {
            return MessageEnd.NOT_RETRYABLE;
        }
        return message.reconsumeTimes() >= settings.maxReconsumeTimes()
                ? MessageEnd.RETRIES_EXHAUSTED
                : MessageEnd.RETRIED;
    }

    private void tell(Runnable news) {
        try {
            news.run();
        } catch (Throwable e) {
            log.error(
                    "The interceptor {} failed; what the listener says counts all the same",
                    interceptor,
                    Causes.loggable(e));
        }
    }
}
