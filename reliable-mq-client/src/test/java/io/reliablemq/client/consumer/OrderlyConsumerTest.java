package io.reliablemq.client.consumer;

import static io.reliablemq.client.testing.ConsumerScene.DEAD;
import static io.reliablemq.client.testing.ConsumerScene.GROUP;
import static io.reliablemq.client.testing.ConsumerScene.TOPIC;
import static io.reliablemq.client.testing.ConsumerScene.settings;
import static io.reliablemq.client.testing.ConsumerScene.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.RetrySettings;
import io.reliablemq.client.testing.ConsumerScene;
import io.reliablemq.protocol.body.OffsetTable;
import io.reliablemq.protocol.body.QueueLock;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.OffsetResponse;
import io.reliablemq.protocol.header.QueryConsumerOffsetRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrderlyConsumerTest {

    private ConsumerScene scene;
    private final List<String> handled = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        scene = new ConsumerScene(1);
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
    }

    private static PushConsumerSettings.Builder orderly() {
        return settings()
                .consumeMode(ConsumeMode.ORDERLY)
                .retries(RetrySettings.of(2).withDelays(List.of(Duration.ofMillis(50))));
    }

    private PushConsumer consume(MqClient client, PushConsumerSettings settings, MessageHandler handler) {
        PushConsumer consumer = client.pushConsumer(settings, message -> {
            handled.add(text(message));
            return handler.handle(message);
        });
        consumer.start();
        return consumer;
    }

    private static ConsumeResult succeed() {
        return ConsumeResult.CONSUME_SUCCESS;
    }

    @Test
    void handlesAQueueOneAfterTheOtherAndRetriesInPlace() {
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Integer> attempts = new CopyOnWriteArrayList<>();
        scene.put(0, "m0", "m1", "m2", "m3");

        consume(scene.client(), orderly().build(), message -> {
            most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            try {
                if (text(message).equals("m1")) {
                    attempts.add(message.reconsumeTimes());
                    return message.reconsumeTimes() < 2 ? ConsumeResult.RECONSUME_LATER : succeed();
                }
                return succeed();
            } finally {
                atOnce.decrementAndGet();
            }
        });

        await().until(() -> scene.offset(0) == 4);
        assertThat(handled).containsExactly("m0", "m1", "m1", "m1", "m2", "m3");
        assertThat(attempts).containsExactly(0, 1, 2);
        assertThat(most).hasValue(1);
        assertThat(scene.broker().messages("%RETRY%g", 0)).isEmpty();
    }

    @Test
    void goesOnBehindAMessageThatHadAllItsAttemptsOnceItIsADeadLetter() {
        scene.put(0, "m0", "poison", "m2");

        consume(scene.client(), orderly().build(), message -> {
            if (text(message).equals("poison")) {
                throw new IllegalStateException("thrown by the test");
            }
            return succeed();
        });

        await().until(() -> scene.offset(0) == 3);
        assertThat(handled).containsExactly("m0", "poison", "poison", "poison", "m2");
        assertThat(scene.broker().messages(DEAD, 0)).hasSize(1);
    }

    @Test
    void handsNothingOutWithoutTheLock() {
        scene.broker().lockFor("somebody else", GROUP, TOPIC, 0);
        scene.put(0, "m0");
        consume(scene.client(), orderly().build(), message -> succeed());

        await().until(() ->
                scene.broker().server().received(RequestCode.LOCK_BATCH_QUEUES).size() >= 4);
        assertThat(handled).isEmpty();
        scene.broker().freeLock(GROUP, TOPIC, 0);

        await().until(() -> scene.offset(0) == 1);
        assertThat(handled).containsExactly("m0");
    }

    @Test
    void handsTheQueueOverWithoutHandlingAMessageTwice() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        scene.put(0, IntStream.range(0, 20).mapToObj(i -> "m" + i).toArray(String[]::new));
        PushConsumer leaving = consume(scene.client(), orderly().build(), message -> {
            if (text(message).equals("m5")) {
                begun.countDown();
                release.await();
            }
            return succeed();
        });
        begun.await();
        MqClient other = scene.client();
        consume(other, orderly().build(), message -> succeed());
        await().until(() -> scene.broker().memberIds(GROUP).size() == 2);

        Thread closing = new Thread(leaving::close);
        closing.start();
        await().until(() -> leaving.figures().running() == 1);
        assertThat(handled).hasSize(6);
        release.countDown();
        closing.join();

        await().until(() -> scene.offset(0) == 20);
        assertThat(handled)
                .containsExactlyElementsOf(
                        IntStream.range(0, 20).mapToObj(i -> "m" + i).toList());
    }

    @Test
    void aQueueThatMovesToANewMemberIsHandedOverWhenTheListenerHasEnded() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        scene.put(0, "m0", "m1", "m2");
        // Whoever was made first has the smaller id and keeps the only queue, so the one with it has to be the second.
        MqClient first = scene.client();
        MqClient second = scene.client();
        consume(second, orderly().build(), message -> {
            begun.countDown();
            release.await();
            return succeed();
        });
        begun.await();
        PushConsumer taking = consume(first, orderly().build(), message -> succeed());
        await().until(() ->
                taking.assignedQueues().stream().anyMatch(queue -> queue.topic().equals(TOPIC)));
        assertThat(handled).containsExactly("m0");

        release.countDown();

        await().until(() -> scene.offset(0) == 3);
        assertThat(handled).containsExactly("m0", "m1", "m2");
    }

    @Test
    void anOffsetThatIsResetWaitsForTheListenerAtWork() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        scene.put(0, "m0", "m1", "m2");
        consume(scene.client(), orderly().build(), message -> {
            if (text(message).equals("m2") && begun.getCount() == 1) {
                begun.countDown();
                release.await();
            }
            return succeed();
        });
        begun.await();

        scene.broker()
                .connection(GROUP)
                .sendOneWay(Command.request(
                                RequestCode.RESET_CONSUMER_CLIENT_OFFSET,
                                Map.of("topic", TOPIC, "group", GROUP, "timestamp", "0"),
                                new OffsetTable(Map.of(new QueueLock.Queue(TOPIC, "broker-a", 0), 1L)).write())
                        .asOneWay());
        await().during(Duration.ofMillis(300)).until(() -> handled.size() == 3);
        release.countDown();

        await().until(() -> handled.size() == 5 && scene.offset(0) == 3);
        assertThat(handled).containsExactly("m0", "m1", "m2", "m1", "m2");
    }

    /** Its lock would keep everybody from the queue until it runs out. */
    @Test
    void whoLosesAQueueBeforeItHasBegunLetsItsLockGo() {
        AtomicInteger questions = new AtomicInteger();
        scene.broker().server().on(RequestCode.QUERY_CONSUMER_OFFSET, (request, reply) -> {
            boolean isT =
                    QueryConsumerOffsetRequest.read(request.fields()).topic().equals(TOPIC);
            if (!isT || questions.incrementAndGet() > 1) {
                reply.send(Command.success(new OffsetResponse(0).fields()));
            }
        });
        scene.put(0, "m0");
        // Whoever was made first has the smaller id and is to have the only queue as soon as it joins.
        MqClient first = scene.client();
        MqClient second = scene.client();
        consume(second, orderly().build(), message -> succeed());
        await().until(() -> questions.get() == 1);
        assertThat(scene.broker().lockHolder(GROUP, TOPIC, 0)).isNotNull();

        consume(first, orderly().build(), message -> succeed());

        await().until(() -> scene.offset(0) == 1);
        assertThat(handled).containsExactly("m0");
    }
}
