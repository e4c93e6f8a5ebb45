package io.reliablemq.spring.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.spring.fixture.FakeConsumers;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MessageListenerContainerTest {

    private final FakeConsumers consumers = new FakeConsumers();
    private final MessageListenerContainer container = new MessageListenerContainer(
            PushConsumerSettings.of("g", Map.of("orders", "*")),
            DeliveryHandler.of((MessageHandler) message -> ConsumeResult.CONSUME_SUCCESS),
            consumers,
            true);

    @Test
    void joinsOnceHoweverOftenStarted() {
        container.start();
        container.start();

        assertThat(container.isRunning()).isTrue();
        assertThat(consumers.events).containsExactly("start g");
    }

    @Test
    void joinsAnewAfterAStop() {
        container.start();
        container.stop();
        assertThat(container.isRunning()).isFalse();
        container.start();

        assertThat(consumers.events).containsExactly("start g", "close g", "start g");
        assertThat(consumers.made).hasSize(2);
        assertThat(container.isRunning()).isTrue();
    }

    @Test
    void stopsWithoutKeepingItsCallerWaiting() {
        consumers.listenersDone = new CountDownLatch(1);
        AtomicInteger called = new AtomicInteger();
        container.start();

        container.stop(called::incrementAndGet);

        assertThat(called).hasValue(0);
        consumers.listenersDone.countDown();
        await().untilAtomic(called, org.hamcrest.Matchers.is(1));
        assertThat(consumers.ofGroup("g").closed).isTrue();
        assertThat(container.isRunning()).isFalse();
    }

    @Test
    void callsBackAlsoWhenNothingRan() {
        AtomicInteger called = new AtomicInteger();

        container.stop(called::incrementAndGet);

        assertThat(called).hasValue(1);
    }

    @Test
    void isStoppedAndClosedAfterAFailedStart() {
        consumers.startFailure = new IllegalStateException("no name server");

        assertThatIllegalStateException().isThrownBy(container::start).withMessage("no name server");

        assertThat(container.isRunning()).isFalse();
        assertThat(consumers.ofGroup("g").closed).isTrue();
    }

    @Test
    void staysPausedOverARestart() {
        container.start();
        container.pause();
        assertThat(consumers.ofGroup("g").paused).isTrue();

        container.stop();
        container.start();
        assertThat(consumers.ofGroup("g").paused).isTrue();

        container.resume();
        assertThat(consumers.ofGroup("g").paused).isFalse();
        assertThat(container.isPaused()).isFalse();
    }

    @Test
    void aListenerMayPauseItsContainerWhileThatStops() throws Exception {
        consumers.listenersDone = new CountDownLatch(1);
        container.start();
        CompletableFuture<Void> stopping = CompletableFuture.runAsync(container::stop);
        await().until(() -> !container.isRunning());

        // It is a listener at work that the stop waits for.
        CompletableFuture.runAsync(container::pause).get(5, TimeUnit.SECONDS);

        consumers.listenersDone.countDown();
        stopping.get(5, TimeUnit.SECONDS);
        assertThat(container.isPaused()).isTrue();
    }

    @Test
    void callsBackOnlyWhenAStopInProgressIsOver() throws Exception {
        consumers.listenersDone = new CountDownLatch(1);
        AtomicInteger called = new AtomicInteger();
        container.start();
        CompletableFuture<Void> stopping = CompletableFuture.runAsync(container::stop);
        await().until(() -> !container.isRunning());

        container.stop(called::incrementAndGet);

        assertThat(called).hasValue(0);
        consumers.listenersDone.countDown();
        stopping.get(5, TimeUnit.SECONDS);
        await().untilAtomic(called, org.hamcrest.Matchers.is(1));
    }

    @Test
    void isPausedBeforeItHandsAnythingOut() {
        container.pause();

        container.start();

        assertThat(consumers.events).containsExactly("pause g", "start g");
    }
}
