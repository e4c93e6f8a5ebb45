package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waits for brokers, on behalf of methods that return when they have answered. Thread-safe; not for {@code rmq-client}. */
final class Answers {

    private final String who;
    private final Duration most;

    /** @param who waits, for the text of what goes wrong */
    Answers(String who, ConsumerContext context) {
        this.who = who;
        this.most = context.settings().requestTimeout().plusSeconds(1);
    }

    /**
     * @param what is asked for, to follow "could not"
     * @throws IllegalStateException if there is no answer, or a refusal
     */
    <T extends @Nullable Object> T await(CompletableFuture<T> answer, String what) {
        try {
            return answer.get(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException(who + " could not " + what + ": " + Causes.text(cause), cause);
        } catch (TimeoutException e) {
            throw new IllegalStateException(who + " could not " + what + " within " + most, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(who + " was interrupted and could not " + what, e);
        }
    }
}
