package io.reliablemq.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.ConsumerEvents;
import io.reliablemq.client.api.DeadLetters;
import io.reliablemq.client.api.NonRetryableException;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.RetrySettings;
import io.reliablemq.client.api.SendQueue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of messages that fail or take long in our consumers, on either broker. */
abstract class OurConsumerRetriesSuite extends OurConsumerCase {

    /** Longer than any level of the brokers under test. */
    private static final Duration OWN_DELAY = Duration.ofMillis(1_500);

    /** Brokers wait by clocks that count whole milliseconds. */
    static final Duration CLOCK_STEP = Duration.ofMillis(10);

    private static final Duration CONSUME_TIMEOUT = Duration.ofSeconds(2);

    /**
     * Fails unless the broker has waited for that delay before the second delivery, as well as it can.
     *
     * @param passed between the two deliveries
     */
    abstract void assertWaitedFor(Duration delay, Duration passed, ReceivedMessage second);

    @Test
    void anErrorThatCannotPassMakesADeadLetterAtOnce() {
        broker().prepareGroup(group());
        RetrySettings retries = RetrySettings.of(5)
                .withDelays(List.of(Duration.ofMillis(100)))
                .withNonRetryable(Set.of(IllegalArgumentException.class));
        consume(settings().retries(retries).build(), message -> {
            recordWithAttempt(message);
            switch (text(message)) {
                case "of a subclass" -> throw new NumberFormatException("thrown by the test");
                case "by its type" -> throw new NonRetryableException("thrown by the test", null);
                case "passes" -> {
                    return message.reconsumeTimes() == 0
                            ? ConsumeResult.RECONSUME_LATER
                            : ConsumeResult.CONSUME_SUCCESS;
                }
                default -> {
                    return ConsumeResult.CONSUME_SUCCESS;
                }
            }
        });
        Producer producer = producer();
        List.of("of a subclass", "by its type", "passes", "good").forEach(body -> producer.send(ours(body)));

        awaitHandled(5);
        broker().awaitTopic("%DLQ%" + group());
        DeadLetters letters = client().deadLetters(producer);
        await("two dead letters").atMost(DELIVERY_BOUND).until(() -> letters.count(group()) == 2);
        assertThat(letters.read(group(), 10))
                .extracting(letter -> text(letter.message()))
                .containsExactlyInAnyOrder("of a subclass", "by its type");
        assertThat(handled)
                .containsExactlyInAnyOrder("of a subclass/0", "by its type/0", "passes/0", "passes/1", "good/0");
    }

    @Test
    void aRetryComesAfterTheGroupsOwnDelay() {
        broker().prepareGroup(group());
        record Delivery(ReceivedMessage message, long nanos) {}
        Queue<Delivery> deliveries = new ConcurrentLinkedQueue<>();
        RetrySettings retries = RetrySettings.of(2).withDelays(List.of(OWN_DELAY));
        consume(settings().retries(retries).build(), message -> {
            deliveries.add(new Delivery(message, System.nanoTime()));
            return message.reconsumeTimes() == 0 ? ConsumeResult.RECONSUME_LATER : record(message);
        });
        producer().send(ours("again"));

        awaitHandled(1);
        assertThat(deliveries).hasSize(2);
        Delivery first = deliveries.remove();
        Delivery second = deliveries.remove();
        assertThat(first.message().reconsumeTimes()).isZero();
        assertThat(second.message().reconsumeTimes()).isEqualTo(1);
        assertThat(second.message().messageId()).isEqualTo(first.message().messageId());
        assertWaitedFor(OWN_DELAY, Duration.ofNanos(second.nanos() - first.nanos()), second.message());
    }

    @Test
    void theOffsetPassesAMessageOnceItsFutureHasCompleted() {
        CompletableFuture<ConsumeResult> open = new CompletableFuture<>();
        PushConsumerSettings settings =
                settings().commitInterval(Duration.ofMillis(100)).build();
        PushConsumer consumer = client().asyncPushConsumer(settings, message -> {
            record(message);
            return text(message).equals("open")
                    ? open
                    : CompletableFuture.completedFuture(ConsumeResult.CONSUME_SUCCESS);
        });
        consumer.start();
        Producer producer = producer();
        SendQueue held = sendQueues(producer).get(0);
        SendQueue other = sendQueues(producer).get(1);
        producer.send(ours("open"), held);
        producer.send(ours("behind it"), held);
        producer.send(ours("elsewhere"), other);
        awaitHandled(3);

        await("the offset of the other queue").atMost(DELIVERY_BOUND).until(() -> committed(other) == 1);
        await("the offset stays through many commits")
                .during(Duration.ofSeconds(1))
                .atMost(DELIVERY_BOUND)
                .until(() -> committed(held) <= 0);
        open.complete(ConsumeResult.CONSUME_SUCCESS);

        await("the offset of the queue").atMost(DELIVERY_BOUND).until(() -> committed(held) == 2);
        assertThat(handled).containsExactlyInAnyOrder("open", "behind it", "elsewhere");
    }

    @Test
    void aLeaseThatRunsOutHandsItsMessageOutAgainAndOneThatIsExtendedDoesNot() {
        broker().prepareGroup(group());
        Queue<String> timedOut = new ConcurrentLinkedQueue<>();
        PushConsumerSettings settings = settings()
                .consumeTimeout(CONSUME_TIMEOUT)
                .events(new ConsumerEvents() {
                    @Override
                    public void timedOut(ReceivedMessage message) {
                        timedOut.add(text(message));
                    }
                })
                .build();
        Map<String, ReceivedMessage> first = new ConcurrentHashMap<>();
        CompletableFuture<ConsumeResult> ending = new CompletableFuture<>();
        PushConsumer consumer = client().asyncPushConsumer(settings, message -> {
            first.putIfAbsent(text(message), message);
            recordWithAttempt(message);
            return message.reconsumeTimes() == 0
                    ? ending
                    : CompletableFuture.completedFuture(ConsumeResult.CONSUME_SUCCESS);
        });
        consumer.start();
        Producer producer = producer();
        List.of("kept", "left").forEach(body -> producer.send(ours(body)));
        await("both are handled")
                .atMost(DELIVERY_BOUND)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    extend(consumer, first.get("kept"));
                    return first.size() == 2;
                });

        await("the one that was left is handed out again")
                .atMost(DELIVERY_BOUND)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> extend(consumer, first.get("kept")) && handled.contains("left/1"));
        assertThat(consumer.extendLease(first.get("left"))).isFalse();
        assertThat(timedOut).containsExactly("left");

        // What the one says is heard; of the other, another attempt has said it.
        ending.complete(ConsumeResult.CONSUME_SUCCESS);
        await("nothing is left")
                .atMost(DELIVERY_BOUND)
                .until(() -> consumer.figures().cachedMessages() == 0);
        assertThat(handled).containsExactlyInAnyOrder("kept/0", "left/0", "left/1");
        assertThat(consumer.figures().timedOut()).isEqualTo(1);
    }

    private static boolean extend(PushConsumer consumer, @Nullable ReceivedMessage message) {
        return message != null && consumer.extendLease(message);
    }

    @Test
    void aBroadcastMessageThatKeepsFailingIsReportedAndHoldsNothingUp() {
        Queue<String> givenUp = new ConcurrentLinkedQueue<>();
        PushConsumerSettings settings = settings()
                .broadcasting(folder.resolve("offsets"))
                .events(new ConsumerEvents() {
                    @Override
                    public void givenUp(ReceivedMessage message, int attempts, @Nullable Throwable error) {
                        givenUp.add(text(message) + " " + attempts + " " + error);
                    }
                })
                .build();
        PushConsumer consumer = consume(settings, message -> {
            recordWithAttempt(message);
            if (text(message).equals("poison")) {
                throw new IllegalStateException("thrown by the test");
            }
            return ConsumeResult.CONSUME_SUCCESS;
        });
        Producer producer = producer();
        SendQueue queue = sendQueues(producer).get(0);
        List.of("m0", "poison", "m1").forEach(body -> producer.send(ours(body), queue));

        await("it is given up").atMost(DELIVERY_BOUND).until(() -> !givenUp.isEmpty());
        assertThat(givenUp).containsExactly("poison 3 java.lang.IllegalStateException: thrown by the test");
        assertThat(handled).containsExactlyInAnyOrder("m0/0", "poison/0", "m1/0", "poison/1", "poison/2");

        // It is done with: the next start begins behind it.
        consumer.close();
        handled.clear();
        producer.send(ours("later"), queue);
        consume(settings.toBuilder().threads(1).build(), this::recordWithAttempt);
        awaitHandled(1);
        assertThat(handled).containsExactly("later/0");
    }
}
