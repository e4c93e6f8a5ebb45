package io.reliablemq.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.PullConsumer;
import io.reliablemq.client.api.PullConsumerSettings;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.SendQueue;
import io.reliablemq.conformance.client.LockThief;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;

/** Where our consumers begin, and how they are slowed, stopped and closed, on either broker. */
abstract class OurConsumerControlSuite extends OurConsumerCase {

    private static final int PER_SECOND = 20;
    private static final int MESSAGES = 40;

    /** Nothing of a queue for so long, where messages take milliseconds. */
    private static final Duration STOPPED = Duration.ofSeconds(4);

    private static Queue queue(SendQueue queue) {
        return new Queue(queue.topic(), queue.brokerName(), queue.queueId());
    }

    @Test
    void aPausedConsumerHandsNothingOutUntilItIsResumed() {
        Producer producer = producer();
        PushConsumer consumer = consume(settings().build(), this::record);
        names("before", 4).forEach(body -> producer.send(ours(body)));
        awaitHandled(4);

        consumer.pause();
        names("paused", 20).forEach(body -> producer.send(ours(body)));
        await("all are fetched")
                .atMost(DELIVERY_BOUND)
                .until(() -> consumer.figures().cachedMessages() == 20);
        assertThat(handled).containsExactlyInAnyOrderElementsOf(names("before", 4));
        assertThat(queuesOf(consumer)).hasSize(QUEUES);

        consumer.resume();
        awaitHandled(24);
        assertThat(handled).hasSize(24).containsAll(names("paused", 20));
    }

    @Test
    void aPullConsumerReturnsNothingOfQueuesThatArePaused() throws Exception {
        Producer producer = producer();
        SendQueue paused = sendQueues(producer).get(0);
        SendQueue other = sendQueues(producer).get(1);
        PullConsumer consumer = client().pullConsumer(PullConsumerSettings.of(group()));
        consumer.assign(List.of(queue(paused), queue(other)));

        consumer.pause(Set.of(queue(paused)));
        for (int i = 0; i < 5; i++) {
            producer.send(ours("paused" + i), paused);
            producer.send(ours("other" + i), other);
        }
        assertThat(poll(consumer, 5)).extracting(OurConsumerCase::text).containsExactlyElementsOf(names("other", 5));
        assertThat(consumer.poll(Duration.ofMillis(200))).isEmpty();

        consumer.resume(Set.of(queue(paused)));
        assertThat(poll(consumer, 5)).extracting(OurConsumerCase::text).containsExactlyElementsOf(names("paused", 5));
    }

    @Test
    void aPullConsumerGoesOnAtATime() throws Exception {
        Producer producer = producer();
        SendQueue sent = sendQueues(producer).get(0);
        Queue queue = queue(sent);
        names("old", 5).forEach(body -> producer.send(ours(body), sent));
        Instant between = Instant.now().plusMillis(50);
        await().until(() -> Instant.now().isAfter(between.plusMillis(50)));
        names("new", 5).forEach(body -> producer.send(ours(body), sent));
        PullConsumer consumer = client().pullConsumer(PullConsumerSettings.of(group()));
        consumer.assign(Set.of(queue));
        assertThat(poll(consumer, 10)).hasSize(10);

        consumer.seek(queue, between);
        assertThat(poll(consumer, 5)).extracting(OurConsumerCase::text).containsExactlyElementsOf(names("new", 5));
        consumer.seek(queue, Instant.EPOCH);
        assertThat(poll(consumer, 10)).hasSize(10);
    }

    @Test
    void fromTheLastOffsetOnlyWhatComesAfterTheStartIsReceived() {
        Producer producer = producer();
        names("old", 20).forEach(body -> producer.send(ours(body)));
        consume(settings().consumeFrom(ConsumeFrom.LAST_OFFSET).build(), this::record);
        for (SendQueue queue : sendQueues(producer)) {
            // The consumer does not say when it has found the end of a queue; the first message of it that comes does.
            String body = "probe" + queue.queueId();
            await(body).atMost(DELIVERY_BOUND).until(() -> {
                producer.send(ours(body), queue);
                return handled.contains(body);
            });
        }
        names("new", 20).forEach(body -> producer.send(ours(body)));

        await("the new ones").atMost(DELIVERY_BOUND).until(() -> handled.containsAll(names("new", 20)));
        assertThat(handled).noneMatch(body -> body.startsWith("old"));
    }

    @Test
    void closingWaitsForTheRunningListenerAndNothingIsHandledTwice() throws Exception {
        Producer producer = producer();
        SendQueue queue = sendQueues(producer).get(0);
        names("m", 20).forEach(body -> producer.send(ours(body), queue));
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        PushConsumer consumer = consume(settings().threads(1).build(), message -> {
            running.countDown();
            release.await();
            return record(message);
        });
        assertThat(running.await(DELIVERY_BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> closing = CompletableFuture.runAsync(consumer::close, task -> new Thread(task).start());
        assertThatThrownBy(() -> closing.get(500, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        release.countDown();
        closing.get(DELIVERY_BOUND.toSeconds(), TimeUnit.SECONDS);
        assertThat(handled).containsExactly("m0");
        assertThat(committed(queue)).isEqualTo(1);

        consume(settings().threads(1).build(), this::record);
        awaitHandled(20);
        assertThat(handled).containsExactlyElementsOf(names("m", 20));
    }

    @Test
    void noMoreMessagesASecondAreHandedOutThanTheRateAllows() {
        Producer producer = producer();
        names("m", MESSAGES).forEach(body -> producer.send(ours(body)));
        long before = System.nanoTime();
        consume(settings().maxMessagesPerSecond(PER_SECOND).build(), this::record);

        awaitHandled(MESSAGES);
        // The first one goes at once.
        Duration least = Duration.ofSeconds(1).multipliedBy(MESSAGES - 1).dividedBy(PER_SECOND);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(least);
        assertThat(handled).containsExactlyInAnyOrderElementsOf(names("m", MESSAGES));
    }

    /** As after a pause that was longer than a lock lasts. */
    @Test
    void aQueueWhoseLockSomebodyElseHasIsLeftAloneUntilTheLockIsThereAgain() {
        Producer producer = producer();
        SendQueue queue = sendQueues(producer).get(0);
        consume(settings().consumeMode(ConsumeMode.ORDERLY).build(), this::record);
        producer.send(ours("m0"), queue);
        awaitHandled(1);
        String broker = broker().administration().brokerAddresses().iterator().next();
        try (LockThief thief = new LockThief(broker, group())) {
            await("the thief has the lock").atMost(DELIVERY_BOUND).until(() -> thief.takes(queue));

            AtomicInteger sent = new AtomicInteger(1);
            await("the consumer has heard it").atMost(DELIVERY_BOUND).until(() -> {
                producer.send(ours("m" + sent.getAndIncrement()), queue);
                return !areHandledWithin(STOPPED, sent.get());
            });
            names("late", 5).forEach(body -> producer.send(ours(body), queue));
            assertThat(areHandledWithin(STOPPED, sent.get())).isFalse();
            assertThat(handled).containsExactlyElementsOf(names("m", sent.get() - 1));

            thief.givesBack(queue);
            await("all").atMost(DELIVERY_BOUND).until(() -> handled.contains("late4"));
            List<String> all = new ArrayList<>(names("m", sent.get()));
            all.addAll(names("late", 5));
            // What was handled since the last commit comes again: whoever had the lock meanwhile may be further.
            assertThat(new LinkedHashSet<>(handled)).containsExactlyElementsOf(all);
            assertThat(handled).hasSizeLessThan(all.size() + 20);
        }
    }

    private boolean areHandledWithin(Duration time, int count) {
        try {
            await().atMost(time).until(() -> handled.size() >= count);
            return true;
        } catch (ConditionTimeoutException e) {
            return false;
        }
    }
}
