package io.reliablemq.spring.listener;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.RetrySettings;
import io.reliablemq.spring.listener.ListenerErrorHandler.Decision;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/** Has the error handler decide on each message that the listener could not handle. Thread-safe. */
final class FailedDeliveries implements DeliveryHandler {

    private static final Log log = LogFactory.getLog(FailedDeliveries.class);

    private final String group;
    private final String listenerId;
    private final DeliveryHandler listener;
    private final ListenerErrorHandler errorHandler;
    private final RetrySettings retries;

    FailedDeliveries(
            String group,
            String listenerId,
            DeliveryHandler listener,
            ListenerErrorHandler errorHandler,
            RetrySettings retries) {
        this.group = group;
        this.listenerId = listenerId;
        this.listener = listener;
        this.errorHandler = errorHandler;
        this.retries = retries;
    }

    @Override
    public CompletionStage<@Nullable BatchOutcome> handle(Delivery delivery) {
        return begin(delivery).handle((outcome, error) -> {
            BatchOutcome stated = error == null
                    ? outcome
                    : BatchOutcome.allFailed(new BatchOutcome.Failure(false, Failures.unwrapped(error)));
            return stated == null ? null : decided(delivery, stated);
        });
    }

    private CompletionStage<@Nullable BatchOutcome> begin(Delivery delivery) {
        try {
            return listener.handle(delivery);
        } catch (Throwable e) {
            // Whatever the application's code throws, errors included: the messages are not done.
            return CompletableFuture.failedFuture(e);
        }
    }

    private BatchOutcome decided(Delivery delivery, BatchOutcome stated) {
        BatchOutcome.Builder decided = BatchOutcome.builder();
        for (ReceivedMessage message : delivery.messages()) {
            BatchOutcome.Failure failure = stated.failure(message);
            if (failure != null) {
                decide(message, failure, decided);
            }
        }
        return decided.build();
    }

    private void decide(ReceivedMessage message, BatchOutcome.Failure failure, BatchOutcome.Builder decided) {
        Throwable cause = failure.cause() == null ? null : Failures.unwrapped(failure.cause());
        if (cause == null) {
            if (failure.deadLetter()) {
                decided.deadLetter(message, new ListenerGaveUpException(listenerId));
            } else {
                decided.retry(message);
            }
        } else if (failure.deadLetter()) {
            decided.deadLetter(message, cause);
        } else {
            apply(message, cause, decision(message, cause), decided);
        }
    }

    private void apply(ReceivedMessage message, Throwable cause, Decision decision, BatchOutcome.Builder decided) {
        switch (decision) {
            case DEAD_LETTER -> decided.deadLetter(message, cause);
            case ACKNOWLEDGE ->
                log.warn(
                        "The listener '" + listenerId + "' of group '" + group + "' failed on message "
                                + message.messageId() + ", and its error handler has acknowledged that",
                        cause);
            case RETRY -> {
                if (retries.isNonRetryable(cause)) {
                    // With its cause the consumer would make it a dead letter.
                    log.warn(
                            "The listener '" + listenerId + "' of group '" + group + "' failed on message "
                                    + message.messageId() + ": it is retried, because the error handler says so",
                            cause);
                    decided.retry(message);
                } else {
                    decided.retry(message, cause);
                }
            }
        }
    }

    private Decision decision(ReceivedMessage message, Throwable cause) {
        int attempt = message.reconsumeTimes() + 1;
        ListenerFailure failure = new ListenerFailure(
                group,
                listenerId,
                message,
                cause,
                attempt,
                attempt > retries.maxReconsumeTimes(),
                retries.isNonRetryable(cause));
        try {
            return errorHandler.onFailure(failure);
        } catch (Exception e) {
            log.error(
                    "The error handler of listener '" + listenerId + "' failed on message " + message.messageId()
                            + ", which is retried",
                    e);
            return Decision.RETRY;
        }
    }
}
