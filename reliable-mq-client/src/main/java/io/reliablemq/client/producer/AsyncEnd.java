package io.reliablemq.client.producer;

import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.producer.KeyTurns.Turn;
import io.reliablemq.client.producer.Sends.OnFailure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * How one asynchronous send ends: on its turn, or without it where the line of its ordering key stands still, as behind a failure
 * handler that hangs. Whichever comes first ends it, on the callback executor. Thread-safe, but for {@link #look}.
 */
final class AsyncEnd {

    /** How long a line in which nothing ends is waited for by sends whose time is over: a disk may take long to flush. */
    static final Duration STANDS_STILL = Duration.ofSeconds(5);

    private final SendLoop loop;
    private final Turn turn;
    private final OnFailure onTurn;
    private final OnFailure beforeTurn;
    private final Runnable over;
    private final Executor callbacks;
    private final CompletableFuture<SendReceipt> result;
    private final AtomicBoolean ending = new AtomicBoolean();

    // Of the look before, on the thread that looks.
    private boolean failed;
    private long endedBefore;
    private long sinceNanos;

    /**
     * @param onTurn what is done about a failure on its turn
     * @param beforeTurn the same where that does not come
     * @param over runs once, before the result is told, so that the application may send the next message then
     */
    AsyncEnd(
            SendLoop loop,
            Turn turn,
            OnFailure onTurn,
            OnFailure beforeTurn,
            Runnable over,
            Executor callbacks,
            CompletableFuture<SendReceipt> result) {
        this.loop = loop;
        this.turn = turn;
        this.onTurn = onTurn;
        this.beforeTurn = beforeTurn;
        this.over = over;
        this.callbacks = callbacks;
        this.result = result;
    }

    void begin() {
        loop.outcome().whenComplete((receipt, error) -> turn.begin(() -> end(onTurn, receipt, error)));
    }

    /**
     * Ends the send if its time is over and its turn does not come. By one thread at a time.
     *
     * @param timeOver whether its time is over
     * @return whether it need not be looked at again
     */
    boolean look(long nowNanos, boolean timeOver) {
        if (turn.hasCome()) {
            // It ends by itself in its time.
            return true;
        }
        if (!loop.outcome().isDone()) {
            if (timeOver) {
                loop.abandon("its time was over before earlier messages of its ordering key had ended");
            }
            return false;
        }
        long ended = turn.ended();
        if (!failed || ended != endedBefore) {
            failed = true;
            endedBefore = ended;
            sinceNanos = nowNanos;
        }
        boolean stands = nowNanos - sinceNanos >= STANDS_STILL.toNanos();
        if (stands) {
            giveUp();
        }
        return stands;
    }

    /** Ends the send without waiting for its turn. */
    void giveUp() {
        loop.abandon("the producer was closed");
        loop.outcome().whenComplete((receipt, error) -> end(beforeTurn, receipt, error));
    }

    private void end(OnFailure onFailure, @Nullable SendReceipt receipt, @Nullable Throwable error) {
        if (ending.compareAndSet(false, true)) {
            callbacks.execute(() -> deliver(onFailure, receipt, error));
        }
    }

    private void deliver(OnFailure onFailure, @Nullable SendReceipt receipt, @Nullable Throwable error) {
        SendReceipt ended = receipt;
        Throwable failure = error;
        if (error instanceof SendFailedException sendFailed) {
            try {
                ended = onFailure.apply(sendFailed);
                failure = null;
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        }
        over.run();
        if (failure == null) {
            result.complete(ended);
        } else {
            result.completeExceptionally(failure);
        }
    }
}
