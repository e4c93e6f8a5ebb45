package io.reliablemq.spring.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.NonRetryableException;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.RetrySettings;
import io.reliablemq.spring.fixture.Outcomes;
import io.reliablemq.spring.fixture.Received;
import io.reliablemq.spring.listener.ListenerErrorHandler.Decision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ListenerPipelineTest {

    private static final ReceivedMessage MESSAGE = Received.text("orders", "x", Map.of());
    private static final RetrySettings RETRIES = RetrySettings.of(2).withNonRetryable(Set.of(IOException.class));

    private final List<String> seen = new ArrayList<>();

    @Test
    void filtersStandAroundTheErrorHandlerAndTheListener() throws Exception {
        ListenerPipeline pipeline = pipeline(
                throwing(new IllegalStateException("listener")),
                failure -> {
                    seen.add("error handler");
                    return Decision.RETRY;
                },
                filter("outer"),
                filter("inner"));

        BatchOutcome outcome = Outcomes.deliverAll(pipeline, MESSAGE);

        assertThat(seen)
                .containsExactly(
                        "outer before l of g",
                        "inner before l of g",
                        "listener",
                        "error handler",
                        "inner after",
                        "outer after");
        assertThat(outcome.failure(MESSAGE).cause()).hasMessage("listener");
    }

    @Test
    void aFilterThatFailsFailsTheMessage() throws Exception {
        ListenerPipeline pipeline = pipeline(
                DeliveryHandler.of((MessageHandler) message -> ConsumeResult.CONSUME_SUCCESS),
                ListenerErrorHandler.DEFAULT,
                call -> {
                    throw new IllegalStateException("filter");
                });

        assertThat(Outcomes.deliverAll(pipeline, MESSAGE).failure(MESSAGE).cause())
                .hasMessage("filter");
    }

    @Test
    void retriesByDefaultAndGivesUpWhatCannotSucceed() throws Exception {
        assertThat(failureOf(new IllegalStateException())).isFalse();
        assertThat(failureOf(new IOException())).isTrue();
        assertThat(failureOf(new NonRetryableException("declared", null))).isTrue();
        assertThat(failureOf(new AssertionError("an error too"))).isFalse();
    }

    private boolean failureOf(Throwable thrown) throws Exception {
        BatchOutcome.Failure failure = Outcomes.deliverAll(
                        pipeline(throwing(thrown), ListenerErrorHandler.DEFAULT), MESSAGE)
                .failure(MESSAGE);
        assertThat(failure.cause()).isSameAs(thrown);
        return failure.deadLetter();
    }

    @Test
    void theErrorHandlerHasTheLastWord() throws Exception {
        IOException thrown = new IOException("non-retryable");

        assertThat(decided(thrown, Decision.ACKNOWLEDGE)).isNull();
        assertThat(decided(new IllegalStateException(), Decision.DEAD_LETTER).deadLetter())
                .isTrue();
        // With the exception the consumer would make it a dead letter.
        assertThat(decided(thrown, Decision.RETRY)).isEqualTo(new BatchOutcome.Failure(false, null));
    }

    private BatchOutcome.Failure decided(Exception thrown, Decision decision) throws Exception {
        return Outcomes.deliverAll(pipeline(throwing(thrown), failure -> decision), MESSAGE)
                .failure(MESSAGE);
    }

    @Test
    void tellsTheErrorHandlerWhatItNeeds() throws Exception {
        List<ListenerFailure> failures = new ArrayList<>();
        IOException thrown = new IOException();

        Outcomes.deliverAll(
                pipeline(throwing(thrown), failure -> {
                    failures.add(failure);
                    return Decision.RETRY;
                }),
                MESSAGE);

        // Two attempts failed before, of three.
        assertThat(failures).containsExactly(new ListenerFailure("g", "l", MESSAGE, thrown, 3, true, true));
    }

    @Test
    void retriesWhereTheErrorHandlerFails() throws Exception {
        BatchOutcome outcome = Outcomes.deliverAll(
                pipeline(throwing(new IllegalStateException("listener")), failure -> {
                    throw new IllegalStateException("error handler");
                }),
                MESSAGE);

        assertThat(outcome.failure(MESSAGE).cause()).hasMessage("listener");
        assertThat(outcome.failure(MESSAGE).deadLetter()).isFalse();
    }

    @Test
    void asksTheErrorHandlerForEachFailedMessageOfABatch() throws Exception {
        ReceivedMessage first = Received.numbered(1, "orders", "x", Map.of());
        ReceivedMessage second = Received.numbered(2, "orders", "x", Map.of());
        ReceivedMessage third = Received.numbered(3, "orders", "x", Map.of());
        DeliveryHandler batch = delivery -> CompletableFuture.completedFuture(BatchOutcome.builder()
                .retry(second, new CompletionException(new IOException("second")))
                .deadLetter(third, new IllegalStateException("third"))
                .build());

        BatchOutcome outcome = Outcomes.deliverAll(
                pipeline(batch, failure -> {
                    seen.add(failure.message().messageId() + " "
                            + failure.error().getMessage());
                    return failure.nonRetryable() ? Decision.DEAD_LETTER : Decision.ACKNOWLEDGE;
                }),
                first,
                second,
                third);

        assertThat(seen).containsExactly("id-2 second");
        assertThat(outcome.failure(first)).isNull();
        assertThat(outcome.failure(second).deadLetter()).isTrue();
        assertThat(outcome.failure(third).deadLetter()).isTrue();
    }

    private ListenerFilter filter(String name) {
        return call -> {
            seen.add(name + " before " + call.listenerId() + " of " + call.group());
            assertThat(call.messages()).containsExactly(MESSAGE);
            return call.proceed().whenComplete((outcome, error) -> seen.add(name + " after"));
        };
    }

    private DeliveryHandler throwing(Throwable thrown) {
        return delivery -> {
            seen.add("listener");
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (Exception) thrown;
        };
    }

    private static ListenerPipeline pipeline(
            DeliveryHandler listener, ListenerErrorHandler errorHandler, ListenerFilter... filters) {
        return new ListenerPipeline("g", "l", listener, List.of(filters), errorHandler, RETRIES);
    }
}
