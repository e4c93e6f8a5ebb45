package io.reliablemq.client.consumer;

import static io.reliablemq.client.testing.ConsumerScene.GROUP;
import static io.reliablemq.client.testing.ConsumerScene.TOPIC;
import static io.reliablemq.client.testing.ConsumerScene.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.PullConsumer;
import io.reliablemq.client.api.PullConsumerSettings;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.testing.ConsumerScene;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.message.SystemFlag;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pull consumer never counts as done what no poll has returned. */
class QueuePullerTest {

    private static final Queue QUEUE = new Queue(TOPIC, "broker-a", 0);
    private static final Duration SOON = Duration.ofSeconds(5);

    private ConsumerScene scene;

    @BeforeEach
    void start() {
        scene = new ConsumerScene(1);
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
    }

    /** Returns when all that is in the queue has been fetched: the pull behind it is under way. */
    private PullConsumer consumer(PullConsumerSettings settings) {
        PullConsumer consumer = scene.client().pullConsumer(settings);
        consumer.assign(List.of(QUEUE));
        int pulls = 1 + scene.broker().messages(TOPIC, 0).size() / settings.pullBatchSize();
        await().until(() ->
                scene.broker().server().received(RequestCode.PULL_MESSAGE).size() > pulls);
        return consumer;
    }

    private void putUnreadable() {
        scene.broker()
                .put(
                        TOPIC,
                        0,
                        message -> ConsumerScene.withSystemFlag(message, SystemFlag.COMPRESSED),
                        Map.of(),
                        new byte[] {1},
                        0);
    }

    @Test
    void returnsWhatIsReadableBeforeAMessageThatIsNot() throws Exception {
        scene.put(0, "m0");
        putUnreadable();
        scene.put(0, "m2");
        PullConsumer consumer = consumer(PullConsumerSettings.of(GROUP));

        List<ReceivedMessage> before = consumer.poll(SOON);
        assertThat(before)
                .singleElement()
                .satisfies(message -> assertThat(text(message)).isEqualTo("m0"));
        assertThatThrownBy(() -> consumer.poll(SOON))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("offset 1");
        assertThat(consumer.poll(SOON))
                .singleElement()
                .satisfies(message -> assertThat(text(message)).isEqualTo("m2"));
        consumer.commit();
        assertThat(scene.offset(0)).isEqualTo(1);
    }

    @Test
    void aPollThatWaitsEndsWhenTheConsumerIsClosed() {
        PullConsumer consumer = scene.client().pullConsumer(PullConsumerSettings.of(GROUP));
        consumer.assign(List.of(QUEUE));
        CompletableFuture<List<ReceivedMessage>> polled = new CompletableFuture<>();
        Thread polling = new Thread(() -> {
            try {
                polled.complete(consumer.poll(Duration.ofHours(1)));
            } catch (InterruptedException | IllegalStateException e) {
                polled.completeExceptionally(e);
            }
        });
        polling.start();
        await().until(() -> polling.getState() == Thread.State.TIMED_WAITING);

        consumer.close();

        assertThat(polled)
                .failsWithin(SOON)
                .withThrowableThat()
                .withCauseInstanceOf(IllegalStateException.class)
                .withMessageContaining("is closed");
    }

    @Test
    void anInterruptedPollCountsNothingAsDone() throws Exception {
        for (int i = 0; i < 900; i++) {
            scene.put(0, "m" + i);
        }
        PullConsumer consumer =
                consumer(PullConsumerSettings.of(GROUP).withAutoCommit(false).withMaxPollMessages(10));
        Random random = new Random(42);
        int returned = 0;
        while (returned < 900) {
            CountDownLatch go = new CountDownLatch(1);
            Thread poller = Thread.currentThread();
            long spin = random.nextInt(20_000);
            Thread interrupter = new Thread(() -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                long end = System.nanoTime() + spin;
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                poller.interrupt();
            });
            interrupter.start();
            go.countDown();
            try {
                returned += consumer.poll(SOON).size();
            } catch (InterruptedException stopping) {
                // What an application does that is told to end.
            }
            joinSurely(interrupter);
            consumer.commit();
            assertThat(scene.offset(0)).isEqualTo(returned);
        }
    }

    private static void joinSurely(Thread thread) {
        while (true) {
            try {
                thread.join();
                Thread.interrupted();
                return;
            } catch (InterruptedException late) {
                // It was for the poll, which had ended.
            }
        }
    }
}
