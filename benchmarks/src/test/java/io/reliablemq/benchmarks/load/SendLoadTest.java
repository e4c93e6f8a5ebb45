package io.reliablemq.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receipt;
import io.reliablemq.conformance.port.SendFailure;
import io.reliablemq.conformance.port.Sender;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SendLoadTest {

    private static final Duration TIME = Duration.ofMillis(100);

    @Test
    void countsWhatWasAcknowledgedWithinTheTimeAlone() {
        ConcurrentLinkedQueue<Long> answers = new ConcurrentLinkedQueue<>();

        SendLoad.Outcome outcome =
                load(message -> answers.add(System.nanoTime())).run(4, TIME, () -> Duration.ZERO);

        assertThat(outcome.sent()).isPositive().isLessThan(answers.size());
        assertThat(outcome.rate()).isEqualTo(outcome.sent() / 0.1);
        assertThat(outcome.latency().getTotalCount()).isEqualTo(outcome.sent());
        assertThat(outcome.failed()).isZero();
    }

    @Test
    void failedSendsAreNoRate() {
        assertThatThrownBy(() -> load(SendLoadTest::fail).run(2, TIME, () -> Duration.ZERO))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Not one");
    }

    @Test
    void anErrorOfTheClientEndsTheRun() {
        SendLoad load = load(message -> {
            throw new AssertionError("broken");
        });

        assertThatThrownBy(() -> load.run(2, TIME, () -> Duration.ZERO)).hasMessageContaining("broken");
    }

    @Test
    void fillsEachNumberOnceAndRepeatsWhatFailed() {
        Set<Long> stored = ConcurrentHashMap.newKeySet();
        Set<Long> refused = ConcurrentHashMap.newKeySet();

        load(message -> {
                    long number = Payload.numberOf(message.body());
                    if (number % 3 == 0 && refused.add(number)) {
                        fail(message);
                    }
                    assertThat(stored.add(number)).isTrue();
                })
                .fill(8, 1_000);

        assertThat(stored).hasSize(1_000).contains(0L, 999L);
    }

    @Test
    void messagesGoToAllTopicsInTurn() {
        ConcurrentHashMap<String, Integer> sent = new ConcurrentHashMap<>();

        load(message -> sent.merge(message.topic(), 1, Integer::sum)).run(3, TIME, () -> Duration.ZERO);

        assertThat(sent).containsOnlyKeys("topic", "other");
        assertThat(Math.abs(sent.get("topic") - sent.get("other"))).isLessThanOrEqualTo(3);
    }

    @Test
    void processorTimeIsSharedByTheMessages() {
        SendLoad.Outcome outcome = new SendLoad.Outcome(
                500,
                0,
                Duration.ofSeconds(1),
                new org.HdrHistogram.Histogram(3),
                Duration.ofMillis(50),
                Duration.ofMillis(20));

        assertThat(outcome.processorMicrosPerMessage()).isEqualTo(100);
        assertThat(outcome.driverMicrosPerMessage()).isEqualTo(40);
    }

    private static void fail(OutgoingMessage message) {
        throw new SendFailure("refused " + message.topic(), null);
    }

    private static SendLoad load(Consumer<OutgoingMessage> onSend) {
        return new SendLoad(new SenderInMemory(onSend), List.of("topic", "other"), new Payload(64));
    }

    private record SenderInMemory(Consumer<OutgoingMessage> onSend) implements Sender {

        @Override
        public Receipt send(OutgoingMessage message) {
            onSend.accept(message);
            return new Receipt("id", "offset", "broker", 0, 0);
        }

        @Override
        public CompletableFuture<Receipt> sendAsync(OutgoingMessage message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sendOneWay(OutgoingMessage message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Receipt sendBatch(List<OutgoingMessage> messages) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
