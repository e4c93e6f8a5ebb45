package io.reliablemq.client.producer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.Attempt;
import io.reliablemq.client.api.BatchFailedException;
import io.reliablemq.client.api.BatchFailedException.Result;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.producer.BatchParts.Part;
import io.reliablemq.protocol.message.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Sends many messages in few requests, and tells of each what became of it. Thread-safe. */
final class BatchSends {

    private final ProducerSettings settings;
    private final SendOrders orders;
    private final Sends sends;

    BatchSends(ProducerSettings settings, SendOrders orders, Sends sends) {
        this.settings = settings;
        this.orders = orders;
        this.sends = sends;
    }

    List<SendReceipt> send(List<Message> messages) {
        try {
            return send(messages, 1 + settings.retryTimesWhenSendFailed()).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof BatchFailedException failed) {
                failed.setStackTrace(Thread.currentThread().getStackTrace());
                throw failed;
            }
            throw new IllegalStateException("The batch ended in an error of the client itself", e.getCause());
        }
    }

    CompletableFuture<List<SendReceipt>> sendAsync(List<Message> messages) {
        return send(messages, 1 + settings.retryTimesWhenSendAsyncFailed());
    }

    /** Parts of one ordering key go one behind the other, because all are in line for it; others go at the same time. */
    private CompletableFuture<List<SendReceipt>> send(List<Message> messages, int maxAttempts) {
        List<Message> taken = messages.stream().map(orders::takeOver).toList();
        List<Part> parts = BatchParts.of(taken, settings.maxMessageBytes());
        sends.requireOpen();
        List<@Nullable Result> results = new ArrayList<>(Collections.nCopies(taken.size(), (@Nullable Result) null));
        List<CompletableFuture<Void>> ended = new ArrayList<>();
        for (Part part : parts) {
            ended.add(sends.sendAsync(order(part, maxAttempts), failure -> compensate(part, failure, results))
                    .handle((receipt, error) -> {
                        note(part, receipt, error, results);
                        return null;
                    }));
        }
        return CompletableFuture.allOf(ended.toArray(CompletableFuture[]::new)).thenApply(all -> receipts(results));
    }

    /** One message is no batch: it may be compressed, and may be as large as any. */
    private SendOrder order(Part part, int maxAttempts) {
        return part.messages().size() == 1
                ? orders.single(part.messages().get(0), maxAttempts)
                : orders.batch(part.messages(), maxAttempts);
    }

    /** Each message of the part by itself, before the next part of its key goes. */
    private SendReceipt compensate(Part part, SendFailedException failure, List<@Nullable Result> results) {
        for (int i = 0; i < part.places().size(); i++) {
            Message message = part.messages().get(i);
            Result result;
            try {
                result = new Result(message, sends.compensate(failure(message, failure)), null);
            } catch (SendFailedException own) {
                result = new Result(message, null, own);
            }
            synchronized (results) {
                results.set(part.places().get(i), result);
            }
        }
        throw failure;
    }

    private static void note(
            Part part, @Nullable SendReceipt receipt, @Nullable Throwable error, List<@Nullable Result> results) {
        synchronized (results) {
            for (int i = 0; i < part.places().size(); i++) {
                int place = part.places().get(i);
                Message message = part.messages().get(i);
                if (receipt != null) {
                    results.set(place, new Result(message, BatchParts.receipt(part, i, receipt), null));
                } else if (results.get(place) == null) {
                    results.set(place, new Result(message, null, failure(message, Objects.requireNonNull(error))));
                }
            }
        }
    }

    private static SendFailedException failure(Message message, Throwable error) {
        Throwable cause = Causes.of(error);
        List<Attempt> attempts = cause instanceof SendFailedException failed ? failed.attempts() : List.of();
        boolean forGood = false;
        long bornTimestamp = 0;
        if (cause instanceof SendFailedException failed) {
            forGood = failed.isRefusedForGood();
            bornTimestamp = failed.bornTimestamp();
        }
        SendFailedException own =
                new SendFailedException("its batch was not sent", message, attempts, bornTimestamp, forGood);
        own.initCause(cause);
        return own;
    }

    private static List<SendReceipt> receipts(List<@Nullable Result> results) {
        List<Result> all;
        synchronized (results) {
            all = results.stream().filter(Objects::nonNull).toList();
        }
        if (all.stream().anyMatch(result -> result.failure() != null)) {
            throw new BatchFailedException(all);
        }
        return all.stream().map(Result::receipt).filter(Objects::nonNull).toList();
    }
}
