package io.reliablemq.spring.core;

import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.spring.core.CurrentTransaction.DeferredSend;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends that wait for the commit of the current transaction, and what becomes of them. Thread-safe. */
final class AfterCommitSends {

    private static final Logger log = LoggerFactory.getLogger(ReliableMqTemplate.class);

    /** The handler where the application has none. */
    static final AfterCommitFailureHandler LOGGING = (message, failure) -> log.error(
            "The message {} to topic '{}' was not sent, though its transaction has committed; it has to be sent again. {}",
            message.uniqueId(),
            message.topic(),
            failure.getMessage(),
            failure);

    private final CurrentTransaction transaction;
    private final AfterCommitFailureHandler handler;
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong withdrawn = new AtomicLong();

    AfterCommitSends(CurrentTransaction transaction, AfterCommitFailureHandler handler) {
        this.transaction = transaction;
        this.handler = handler;
    }

    AfterCommitFigures figures() {
        return new AfterCommitFigures(waiting.get(), sent.get(), failed.get(), withdrawn.get());
    }

    /** What the sender gets before the commit. */
    static SendReceipt receipt(Message message) {
        return unsent(SendStatus.AFTER_COMMIT, message);
    }

    static SendReceipt unsent(SendStatus status, Message message) {
        return new SendReceipt(
                status, String.valueOf(message.uniqueId()), "", message.topic(), "", -1, -1, null, List.of());
    }

    /**
     * @param messages of this send
     * @param send begins it
     * @return completes as the send does, or exceptionally with {@link TransactionNotCommittedException}
     */
    <T> CompletableFuture<T> defer(List<Message> messages, Supplier<CompletableFuture<T>> send) {
        CompletableFuture<T> result = new CompletableFuture<>();
        transaction.defer(new DeferredSend() {
            @Override
            public CompletableFuture<?> start() {
                return begin(send).handle((value, error) -> {
                    ended(messages, value, error, result);
                    return null;
                });
            }

            @Override
            public void withdraw(String how) {
                waiting.addAndGet(-messages.size());
                withdrawn.addAndGet(messages.size());
                String first = String.valueOf(messages.get(0).uniqueId());
                log.debug(
                        "{} message(s), the first {}, were not sent: their transaction {}",
                        messages.size(),
                        first,
                        how);
                result.completeExceptionally(new TransactionNotCommittedException(first, how));
            }
        });
        waiting.addAndGet(messages.size());
        return result;
    }

    private static <T> CompletableFuture<T> begin(Supplier<CompletableFuture<T>> send) {
        try {
            return send.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private <T> void ended(
            List<Message> messages, @Nullable T value, @Nullable Throwable error, CompletableFuture<T> result) {
        waiting.addAndGet(-messages.size());
        if (error == null) {
            sent.addAndGet(messages.size());
            result.complete(value);
            return;
        }
        RuntimeException failure = runtime(error);
        List<FailedMessage> lost = FailedMessage.of(messages, failure);
        failed.addAndGet(lost.size());
        sent.addAndGet(messages.size() - (long) lost.size());
        lost.forEach(one -> tell(one.message(), one.failure()));
        result.completeExceptionally(failure);
    }

    private void tell(Message message, RuntimeException failure) {
        try {
            handler.handle(message, failure);
        } catch (RuntimeException e) {
            e.addSuppressed(failure);
            log.error(
                    "The message {} to topic '{}' was not sent after its commit, and the handler of such failures failed",
                    message.uniqueId(),
                    message.topic(),
                    e);
        }
    }

    private static RuntimeException runtime(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return cause instanceof RuntimeException runtime
                ? runtime
                : new IllegalStateException("The send ended in an error", cause);
    }
}
