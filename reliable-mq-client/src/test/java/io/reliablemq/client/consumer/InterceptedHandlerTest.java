package io.reliablemq.client.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.client.api.BatchMessageHandler;
import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeInterceptor;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.NonRetryableException;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.RetrySettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an interceptor hears, and that it changes nothing. */
class InterceptedHandlerTest {

    private final List<String> heard = new ArrayList<>();
    private final PushConsumerSettings settings = PushConsumerSettings.builder("billing")
            .subscribe("orders", "*")
            .retries(new RetrySettings(2, List.of(), Set.of(IllegalArgumentException.class)))
            .build();

    private final class Hearing implements ConsumeInterceptor {

        @Override
        public void opened(PushConsumerSettings opened) {
            heard.add("opened " + opened.group());
        }

        @Override
        public Call begin(PushConsumerSettings of, List<ReceivedMessage> messages) {
            heard.add("begin " + messages.size());
            return new Call() {
                @Override
                public void returned() {
                    heard.add("returned");
                }

                @Override
                public void ended(List<MessageEnd> ends, @Nullable Throwable error) {
                    heard.add("ended " + ends + (error == null ? "" : " " + error.getMessage()));
                }
            };
        }
    }

    private InterceptedHandler handler(MessageHandler handler) {
        return new InterceptedHandler(Handler.of(handler), settings, new Hearing());
    }

    private static ReceivedMessage message(int reconsumeTimes) {
        return new ReceivedMessage(
                "orders",
                "id",
                "offset-" + reconsumeTimes,
                "broker-a",
                0,
                0,
                reconsumeTimes,
                Instant.EPOCH,
                Instant.EPOCH,
                0,
                Map.of(),
                new byte[] {1});
    }

    @Test
    void successIsHeardOnceTheListenerHasReturned() throws Exception {
        assertThat(handler(message -> ConsumeResult.CONSUME_SUCCESS)
                        .handle(List.of(message(0)))
                        .toCompletableFuture()
                        .join())
                .isSameAs(BatchOutcome.success());

        assertThat(heard).containsExactly("opened billing", "begin 1", "returned", "ended [DONE]");
    }

    @Test
    void failuresAreJudgedAsTheConsumerJudgesThem() throws Exception {
        handler(message -> ConsumeResult.RECONSUME_LATER).handle(List.of(message(1)));
        handler(message -> null).handle(List.of(message(2)));
        assertThatThrownBy(() -> handler(message -> {
                            throw new NonRetryableException("hopeless", null);
                        })
                        .handle(List.of(message(0))))
                .isInstanceOf(NonRetryableException.class);
        assertThatThrownBy(() -> handler(message -> {
                            throw new IllegalArgumentException("as configured");
                        })
                        .handle(List.of(message(0))))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(heard)
                .filteredOn(news -> news.startsWith("ended"))
                .containsExactly(
                        "ended [RETRIED]",
                        "ended [RETRIES_EXHAUSTED]",
                        "ended [NOT_RETRYABLE] hopeless",
                        "ended [NOT_RETRYABLE] as configured");
    }

    @Test
    void aListenerThatEndsLaterIsHeardThen() throws Exception {
        CompletableFuture<ConsumeResult> later = new CompletableFuture<>();
        InterceptedHandler handler = new InterceptedHandler(
                Handler.of((io.reliablemq.client.api.AsyncMessageHandler) message -> later), settings, new Hearing());
        handler.handle(List.of(message(0)));
        assertThat(heard).containsExactly("opened billing", "begin 1", "returned");

        later.completeExceptionally(new CompletionException(new IllegalStateException("not yet")));

        assertThat(heard).last().isEqualTo("ended [RETRIED] not yet");
    }

    @Test
    void eachMessageOfABatchIsJudgedByItself() throws Exception {
        ReceivedMessage first = message(0);
        ReceivedMessage second = message(1);
        ReceivedMessage third = message(2);
        BatchMessageHandler batch = messages -> BatchOutcome.builder()
                .retry(second)
                .deadLetter(third, new IllegalStateException("bad"))
                .build();
        InterceptedHandler handler = new InterceptedHandler(Handler.of(batch), settings, new Hearing());

        handler.handle(List.of(first, second, third));

        assertThat(handler.maxBatch(16)).isEqualTo(16);
        assertThat(heard).last().isEqualTo("ended [DONE, RETRIED, NOT_RETRYABLE] bad");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void anInterceptorThatFailsChangesNothing(int failingStep) throws Exception {
        InterceptedHandler handler = new InterceptedHandler(
                Handler.of((MessageHandler) message -> ConsumeResult.CONSUME_SUCCESS),
                settings,
                new Failing(failingStep));

        assertThat(handler.handle(List.of(message(0))).toCompletableFuture().join())
                .isSameAs(BatchOutcome.success());
    }

    /** Fails in one of its methods, as code does of which a part is missing. */
    private record Failing(int failingStep) implements ConsumeInterceptor {

        private void step(int step) {
            if (step == failingStep) {
                throw new NoClassDefFoundError("interceptor");
            }
        }

        @Override
        public void opened(PushConsumerSettings settings) {
            step(0);
        }

        @Override
        public Call begin(PushConsumerSettings settings, List<ReceivedMessage> messages) {
            step(1);
            return new Call() {
                @Override
                public void returned() {
                    step(2);
                }

                @Override
                public void ended(List<MessageEnd> ends, @Nullable Throwable error) {
                    step(3);
                }
            };
        }
    }
}
