package io.reliablemq.spring.core;

import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.SendQueue;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.protocol.message.Message;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Decides whether a message goes now, after the commit, or through the outbox. Thread-safe. */
final class Dispatch {

    private final Producer producer;
    private final CurrentTransaction transaction;
    private final AfterCommitSends afterCommit;
    private final @Nullable Outbox outbox;
    private final Sendable sendable;

    Dispatch(
            Producer producer,
            CurrentTransaction transaction,
            AfterCommitSends afterCommit,
            @Nullable Outbox outbox,
            Sendable sendable) {
        this.producer = producer;
        this.transaction = transaction;
        this.afterCommit = afterCommit;
        this.outbox = outbox;
        this.sendable = sendable;
    }

    SendReceipt send(Message message, TransactionMode mode, SendOptions options) {
        if (options.timeout() != null) {
            options.requireNoQueue("a send with a time-out of its own");
        }
        return switch (now(mode)) {
            case IMMEDIATELY -> sendNow(message, options);
            case AFTER_COMMIT -> {
                options.requireNoTimeout("this one waits for a commit");
                Message taken = take(message, options);
                afterCommit.defer(List.of(taken), () -> beginNow(taken, options));
                yield AfterCommitSends.receipt(taken);
            }
            case OUTBOX -> intoOutbox(message, options);
        };
    }

    CompletableFuture<SendReceipt> sendAsync(Message message, TransactionMode mode, SendOptions options) {
        options.requireNoTimeout("this one is asynchronous");
        return switch (now(mode)) {
            case IMMEDIATELY -> beginNow(message, options);
            case AFTER_COMMIT -> {
                Message taken = take(message, options);
                yield afterCommit.defer(List.of(taken), () -> beginNow(taken, options));
            }
            case OUTBOX -> CompletableFuture.completedFuture(intoOutbox(message, options));
        };
    }

    void sendOneWay(Message message, TransactionMode mode, SendOptions options) {
        options.requireNoTimeout("this one asks for no answer");
        options.requireNoQueue("a one-way send");
        switch (now(mode)) {
            case IMMEDIATELY -> producer.sendOneWay(message);
            case AFTER_COMMIT -> {
                Message taken = sendable.take(message);
                afterCommit.defer(List.of(taken), () -> {
                    producer.sendOneWay(taken);
                    return CompletableFuture.completedFuture(null);
                });
            }
            case OUTBOX -> intoOutbox(message, options);
        }
    }

    List<SendReceipt> sendBatch(List<Message> messages, TransactionMode mode) {
        return switch (now(mode)) {
            case IMMEDIATELY -> producer.sendBatch(messages);
            case AFTER_COMMIT -> {
                List<Message> taken = takeAll(messages);
                afterCommit.defer(taken, () -> producer.sendBatchAsync(taken));
                yield taken.stream().map(AfterCommitSends::receipt).toList();
            }
            case OUTBOX -> intoOutbox(messages);
        };
    }

    CompletableFuture<List<SendReceipt>> sendBatchAsync(List<Message> messages, TransactionMode mode) {
        return switch (now(mode)) {
            case IMMEDIATELY -> producer.sendBatchAsync(messages);
            case AFTER_COMMIT -> {
                List<Message> taken = takeAll(messages);
                yield afterCommit.defer(taken, () -> producer.sendBatchAsync(taken));
            }
            case OUTBOX -> CompletableFuture.completedFuture(intoOutbox(messages));
        };
    }

    private TransactionMode now(TransactionMode mode) {
        return transaction.isActive() ? mode : TransactionMode.IMMEDIATELY;
    }

    private SendReceipt sendNow(Message message, SendOptions options) {
        Duration timeout = options.timeout();
        SendQueue queue = options.queue();
        if (queue != null) {
            return producer.send(message, queue);
        }
        return timeout == null ? producer.send(message) : producer.send(message, timeout);
    }

    private CompletableFuture<SendReceipt> beginNow(Message message, SendOptions options) {
        SendQueue queue = options.queue();
        return queue == null ? producer.sendAsync(message) : producer.sendAsync(message, queue);
    }

    /** Refuses now what would be refused after the commit, when it is too late. */
    private Message take(Message message, SendOptions options) {
        SendQueue queue = options.queue();
        if (queue != null) {
            queue.requireFor(message);
        }
        return sendable.take(message);
    }

    private List<Message> takeAll(List<Message> messages) {
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("The batch is empty; it must hold a message at least");
        }
        return messages.stream().map(sendable::take).toList();
    }

    private List<SendReceipt> intoOutbox(List<Message> messages) {
        return takeAll(messages).stream()
                .map(message -> intoOutbox(message, SendOptions.NONE))
                .toList();
    }

    private SendReceipt intoOutbox(Message message, SendOptions options) {
        options.requireNoTimeout("the outbox sends on its own");
        options.requireNoQueue("the outbox");
        if (outbox == null) {
            throw new IllegalStateException("The message for topic '" + message.topic()
                    + "' is to go through the outbox, and there is none: set reliable-mq.outbox.enabled to true"
                    + " (it needs a DataSource and spring-boot-starter-jdbc)");
        }
        Message taken = sendable.take(message);
        outbox.add(taken);
        return AfterCommitSends.unsent(SendStatus.IN_OUTBOX, taken);
    }
}
