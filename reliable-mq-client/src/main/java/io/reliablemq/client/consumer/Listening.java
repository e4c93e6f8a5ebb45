package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the application's listener and turns what it returns, throws or leaves undone into a verdict on each message. */
final class Listening {

    private static final Logger log = LoggerFactory.getLogger(Listening.class);

    private final PushConsumerSettings settings;
    private final Handler handler;
    private final Leases leases;

    Listening(PushConsumerSettings settings, Handler handler, Leases leases) {
        this.settings = settings;
        this.handler = handler;
        this.leases = leases;
    }

    /** How a call ends. Both methods are called exactly once, by whichever thread, in either order. */
    interface Ending {

        /** What is to become of each message, in the order of the deliveries. */
        void judged(List<Verdict> verdicts);

        /** The listener works no longer. This may never be. */
        void returned();
    }

    int batchSize() {
        return handler.maxBatch(settings.consumeBatchSize());
    }

    void call(List<Delivery> deliveries, Ending ending) {
        @Nullable Verdict[] unreadable = new @Nullable Verdict[deliveries.size()];
        List<ReceivedMessage> messages = read(deliveries, unreadable);
        if (messages.isEmpty()) {
            ending.judged(verdicts(deliveries, unreadable, messages, BatchOutcome.success()));
            ending.returned();
            return;
        }
        Leases.Lease lease = leases.begin(
                messages,
                () -> ending.judged(verdicts(
                        deliveries,
                        unreadable,
                        messages,
                        BatchOutcome.allFailed(new BatchOutcome.Failure(
                                false,
                                new TimeoutException(
                                        "The listener has not ended after " + settings.consumeTimeout()))))));
        whenEnded(begin(messages), (outcome, error) -> {
            try {
                if (lease.end()) {
                    ending.judged(verdicts(deliveries, unreadable, messages, outcome(deliveries, outcome, error)));
                } else {
                    log.warn(
                            "The listener of group '{}' has ended too late, so that what it says does not count: {}",
                            settings.group(),
                            messages);
                }
            } finally {
                ending.returned();
            }
        });
    }

    private static void whenEnded(
            CompletionStage<@Nullable BatchOutcome> stage,
            BiConsumer<@Nullable BatchOutcome, @Nullable Throwable> then) {
        if (stage instanceof CompletableFuture<@Nullable BatchOutcome> ended
                && ended.isDone()
                && !ended.isCompletedExceptionally()) {
            // As it is with every listener that works on the thread that calls it.
            then.accept(ended.join(), null);
            return;
        }
        // Not whenComplete, which would wrap an error, and fail where that cannot say what it is.
        stage.handle((outcome, error) -> {
            then.accept(outcome, error);
            return outcome;
        });
    }

    /** @param unreadable takes the verdict on each message that cannot be read */
    private static List<ReceivedMessage> read(List<Delivery> deliveries, @Nullable Verdict[] unreadable) {
        if (deliveries.size() == 1) {
            ReceivedMessage message = read(deliveries, 0, unreadable);
            return message == null ? List.of() : List.of(message);
        }
        List<ReceivedMessage> readable = new ArrayList<>(deliveries.size());
        for (int i = 0; i < deliveries.size(); i++) {
            ReceivedMessage message = read(deliveries, i, unreadable);
            if (message != null) {
                readable.add(message);
            }
        }
        return List.copyOf(readable);
    }

    private static @Nullable ReceivedMessage read(List<Delivery> deliveries, int at, @Nullable Verdict[] unreadable) {
        try {
            return MessageReader.read(deliveries.get(at));
        } catch (UnreadableMessageException e) {
            unreadable[at] = new Verdict(Verdict.Kind.DEAD_LETTER, e);
        } catch (RuntimeException | Error e) {
            // Such as a moment without memory for the inflated body.
            unreadable[at] = new Verdict(Verdict.Kind.RETRY, e);
        }
        return null;
    }

    private CompletionStage<@Nullable BatchOutcome> begin(List<ReceivedMessage> messages) {
        try {
            return handler.handle(messages);
        } catch (Throwable e) {
            // Whatever the application's code throws, errors included: the message is not done.
            return CompletableFuture.failedFuture(e);
        }
    }

    private BatchOutcome outcome(List<Delivery> deliveries, @Nullable BatchOutcome outcome, @Nullable Throwable error) {
        if (error != null) {
            return BatchOutcome.allFailed(new BatchOutcome.Failure(false, unwrapped(error)));
        }
        if (outcome == null) {
            deliveries.forEach(delivery -> log.warn(
                    "The handler of group '{}' returned null for message {}: it is retried",
                    settings.group(),
                    delivery.describe()));
            return BatchOutcome.retryAll();
        }
        return outcome;
    }

    private static Throwable unwrapped(Throwable error) {
        Throwable cause = error;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private List<Verdict> verdicts(
            List<Delivery> deliveries,
            @Nullable Verdict[] unreadable,
            List<ReceivedMessage> messages,
            BatchOutcome outcome) {
        List<Verdict> verdicts = new ArrayList<>(deliveries.size());
        int read = 0;
        for (int i = 0; i < deliveries.size(); i++) {
            Verdict known = unreadable[i];
            Verdict verdict = known != null ? known : verdict(outcome.failure(messages.get(read++)));
            reportSafely(deliveries.get(i), verdict);
            verdicts.add(verdict);
        }
        return verdicts;
    }

    private Verdict verdict(BatchOutcome.@Nullable Failure failure) {
        if (failure == null) {
            return Verdict.DONE;
        }
        Throwable cause = failure.cause();
        boolean dead =
                failure.deadLetter() || cause != null && settings.retries().isNonRetryable(cause);
        return new Verdict(dead ? Verdict.Kind.DEAD_LETTER : Verdict.Kind.RETRY, cause);
    }

    /** Whatever becomes of the report, the message has its verdict: one without would stay here for good. */
    private void reportSafely(Delivery delivery, Verdict verdict) {
        try {
            report(delivery, verdict);
        } catch (RuntimeException | Error e) {
            log.error(
                    "What became of message {} of group '{}' could not be logged: {}",
                    delivery.message().messageId(),
                    settings.group(),
                    e.getClass().getName());
        }
    }

    /**
     * The stack trace is in the log at the first attempt, which is news, and at the last, after which somebody has to
     * look; in between, where it would be the same again, only at DEBUG.
     */
    private void report(Delivery delivery, Verdict verdict) {
        if (verdict.isDone() || delivery.isObsolete()) {
            return;
        }
        Throwable error = verdict.cause() == null ? null : Causes.loggable(verdict.cause());
        String end = settings.isBroadcasting() ? "is given up" : "becomes a dead letter";
        int failedBefore = delivery.failedBefore();
        if (verdict.isDeadLetter()) {
            log.error("Message {} of group '{}' {} at once", delivery.describe(), settings.group(), end, error);
        } else if (failedBefore >= settings.maxReconsumeTimes()) {
            log.error(
                    "The handler of group '{}' failed on message {}: it {} after {} attempt(s)",
                    settings.group(),
                    delivery.describe(),
                    end,
                    failedBefore + 1,
                    error);
        } else if (failedBefore == 0 && delivery.returns().failed() == 0) {
            log.warn(
                    "The handler of group '{}' failed on message {}: it is retried",
                    settings.group(),
                    delivery.describe(),
                    error);
        } else {
            log.warn(
                    "The handler of group '{}' failed on message {}: it is retried. {}",
                    settings.group(),
                    delivery.describe(),
                    String.valueOf(error));
            log.debug(
                    "Attempt {} of message {}",
                    failedBefore + 1,
                    delivery.message().messageId(),
                    error);
        }
    }
}
