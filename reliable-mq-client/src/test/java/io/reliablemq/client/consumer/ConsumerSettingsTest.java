package io.reliablemq.client.consumer;

import static io.reliablemq.client.testing.ConsumerScene.DEAD;
import static io.reliablemq.client.testing.ConsumerScene.RETRY;
import static io.reliablemq.client.testing.ConsumerScene.TOPIC;
import static io.reliablemq.client.testing.ConsumerScene.settings;
import static io.reliablemq.client.testing.ConsumerScene.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.CacheLimits;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.ConsumerEvents;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.RetrySettings;
import io.reliablemq.client.testing.ConsumerScene;
import io.reliablemq.protocol.body.OffsetTable;
import io.reliablemq.protocol.body.QueueLock;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.SendMessageBackRequest;
import io.reliablemq.protocol.transport.Connection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each setting of a concurrent consumer does. */
class ConsumerSettingsTest {

    private ConsumerScene scene;
    private final List<String> handled = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        scene = new ConsumerScene(2);
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
    }

    private PushConsumer started(PushConsumer consumer) {
        consumer.start();
        return consumer;
    }

    private static String[] bodies(int count) {
        return IntStream.range(0, count).mapToObj(i -> "m" + i).toArray(String[]::new);
    }

    private ConsumeResult record(ReceivedMessage message) {
        handled.add(text(message));
        return ConsumeResult.CONSUME_SUCCESS;
    }

    private List<SendMessageBackRequest> givenBack() {
        return scene.broker().server().received(RequestCode.CONSUMER_SEND_MESSAGE_BACK).stream()
                .map(request -> SendMessageBackRequest.read(request.fields()))
                .toList();
    }

    @Test
    void ofABatchOnlyTheFailedMessagesAreRetried() {
        scene.put(0, bodies(6));
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        started(scene.client().batchPushConsumer(settings().consumeBatchSize(4).build(), messages -> {
            sizes.add(messages.size());
            BatchOutcome.Builder outcome = BatchOutcome.builder();
            for (ReceivedMessage message : messages) {
                handled.add(text(message) + "/" + message.reconsumeTimes());
                if (text(message).equals("m1") && message.reconsumeTimes() == 0) {
                    outcome.retry(message);
                }
                if (text(message).equals("m2")) {
                    outcome.deadLetter(message, new IllegalStateException("poison"));
                }
            }
            return outcome.build();
        }));

        await().until(() -> scene.offset(0) == 6 && handled.contains("m1/1"));
        assertThat(handled).containsExactlyInAnyOrder("m0/0", "m1/0", "m2/0", "m3/0", "m4/0", "m5/0", "m1/1");
        assertThat(sizes).contains(4, 2);
        assertThat(scene.broker().messages(DEAD, 0)).hasSize(1);
        assertThat(scene.broker().messages(RETRY, 0)).hasSize(1);
    }

    @Test
    void aMessageIsAcknowledgedWhenItsFutureCompletes() {
        scene.put(0, "m0", "m1");
        Map<String, CompletableFuture<ConsumeResult>> open = new java.util.concurrent.ConcurrentHashMap<>();
        PushConsumer consumer = started(scene.client()
                .asyncPushConsumer(
                        settings().build(),
                        message -> open.computeIfAbsent(text(message), key -> new CompletableFuture<>())));
        await().until(() -> open.size() == 2);
        assertThat(consumer.figures().running()).isEqualTo(2);

        open.get("m1").complete(ConsumeResult.CONSUME_SUCCESS);
        await().until(() -> consumer.figures().running() == 1);
        assertThat(scene.offset(0)).isEqualTo(0);
        open.get("m0").completeExceptionally(new IllegalStateException("thrown by the test"));

        await().until(() -> scene.offset(0) == 2);
        assertThat(givenBack()).isNotEmpty();
    }

    @Test
    void aBatchIsOpenUntilItsStageCompletes() {
        scene.put(0, "m0", "m1");
        CompletableFuture<BatchOutcome> open = new CompletableFuture<>();
        List<ReceivedMessage> batch = new java.util.concurrent.CopyOnWriteArrayList<>();
        started(scene.client()
                .asyncBatchPushConsumer(settings().consumeBatchSize(8).build(), messages -> {
                    batch.addAll(messages);
                    return open;
                }));
        await().until(() -> batch.size() == 2);
        assertThat(scene.offset(0)).isEqualTo(0);

        open.complete(BatchOutcome.builder().retry(batch.get(0)).build());

        await().until(() -> scene.offset(0) == 2);
        assertThat(givenBack()).hasSize(1);
    }

    @Test
    void waitsAsLongAsTheOwnListOfDelaysSays() {
        scene.put(0, "m0");
        List<Duration> delays = List.of(Duration.ofSeconds(7), Duration.ofMinutes(1));
        started(scene.client()
                .pushConsumer(
                        settings()
                                .retries(RetrySettings.of(3).withDelays(delays))
                                .build(),
                        message -> ConsumeResult.RECONSUME_LATER));

        await().until(() -> givenBack().size() == 4);
        assertThat(givenBack())
                .extracting(SendMessageBackRequest::delay)
                .containsExactly(delays.get(0), delays.get(1), delays.get(1), delays.get(1));
        // Where only levels are known, 7 s is rounded up to level 3, of 10 s; 1 min is level 5.
        assertThat(givenBack()).extracting(SendMessageBackRequest::delayLevel).containsExactly(3, 5, 5, 5);
    }

    @Test
    void nonRetryableExceptionsMakeDeadLettersAtOnce() {
        scene.put(0, "m0");
        started(scene.client()
                .pushConsumer(
                        settings()
                                .retries(RetrySettings.of(3).withNonRetryable(Set.of(IllegalArgumentException.class)))
                                .build(),
                        message -> {
                            record(message);
                            throw new NumberFormatException("m0 is no number");
                        }));

        await().until(() -> scene.broker().messages(DEAD, 0).size() == 1);
        assertThat(handled).containsExactly("m0");
    }

    @Test
    void aStuckListenerIsReportedAndItsMessageHandedOutAgain() throws Exception {
        List<ReceivedMessage> timedOut = new CopyOnWriteArrayList<>();
        CountDownLatch never = new CountDownLatch(1);
        scene.put(0, "m0");
        PushConsumer consumer = started(scene.client()
                .pushConsumer(
                        settings()
                                .consumeTimeout(Duration.ofMillis(200))
                                .events(new ConsumerEvents() {
                                    @Override
                                    public void timedOut(ReceivedMessage message) {
                                        timedOut.add(message);
                                    }
                                })
                                .build(),
                        message -> {
                            handled.add(text(message) + message.reconsumeTimes());
                            if (message.reconsumeTimes() == 0) {
                                never.await();
                                throw new IllegalStateException("too late to count");
                            }
                            return ConsumeResult.CONSUME_SUCCESS;
                        }));

        await().until(() -> handled.contains("m01") && scene.offset(0) == 1);
        assertThat(timedOut).hasSize(1);
        assertThat(consumer.figures().timedOut()).isEqualTo(1);
        never.countDown();
        await().until(() -> consumer.figures().running() == 0);
        assertThat(givenBack()).hasSize(1);
    }

    /** @param open whether the listener has returned a future that is open, rather than not returned */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoAsksForMoreTimeKeepsTheMessage(boolean open) {
        scene.put(0, "m0");
        CompletableFuture<Void> release = new CompletableFuture<>();
        AtomicReference<ReceivedMessage> running = new AtomicReference<>();
        PushConsumerSettings impatient =
                settings().consumeTimeout(Duration.ofMillis(400)).build();
        PushConsumer consumer = started(
                open
                        ? scene.client().asyncPushConsumer(impatient, message -> {
                            running.set(message);
                            return release.thenApply(done -> record(message));
                        })
                        : scene.client().pushConsumer(impatient, message -> {
                            running.set(message);
                            release.get();
                            return record(message);
                        }));
        await().until(() -> running.get() != null);

        long until = System.nanoTime() + Duration.ofMillis(1_000).toNanos();
        await().pollInterval(Duration.ofMillis(50))
                .until(() -> consumer.extendLease(running.get()) && System.nanoTime() - until > 0);
        release.complete(null);

        await().until(() -> scene.offset(0) == 1);
        assertThat(handled).containsExactly("m0");
        assertThat(givenBack()).isEmpty();
        assertThat(consumer.extendLease(running.get())).isFalse();
    }

    @Test
    void whoseMessageIsBeingHandedOutAgainGetsNoMoreTime() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Boolean> extended = new CompletableFuture<>();
        AtomicReference<PushConsumer> consumer = new AtomicReference<>();
        scene.put(0, "m0");
        consumer.set(scene.client()
                .pushConsumer(
                        settings()
                                .consumeTimeout(Duration.ofMillis(200))
                                .events(new ConsumerEvents() {
                                    @Override
                                    public void timedOut(ReceivedMessage message) {
                                        extended.complete(consumer.get().extendLease(message));
                                    }
                                })
                                .build(),
                        message -> {
                            if (message.reconsumeTimes() == 0) {
                                release.await();
                            }
                            return record(message);
                        }));
        started(consumer.get());

        assertThat(extended.get(10, TimeUnit.SECONDS)).isFalse();
        await().until(() -> givenBack().size() == 1);
        release.countDown();
    }

    @Test
    void fetchesNoMoreThanAllQueuesTogetherMayHold() throws Exception {
        scene.put(0, bodies(100));
        scene.put(1, bodies(100));
        CountDownLatch release = new CountDownLatch(1);
        PushConsumer consumer = started(scene.client()
                .pushConsumer(
                        settings()
                                .pullBatchSize(10)
                                .cache(new CacheLimits(1_000, 1 << 20, 30, 1 << 20))
                                .build(),
                        message -> {
                            release.await();
                            return record(message);
                        }));

        await().until(() -> consumer.figures().cachedMessages() >= 30);
        // A single pull may go beyond the limit, one of each queue at most.
        assertThat(consumer.figures().cachedMessages()).isLessThanOrEqualTo(50);
        release.countDown();
        await().until(() -> scene.offset(0) == 100 && scene.offset(1) == 100);
        assertThat(consumer.figures().cachedBytes()).isZero();
    }

    @Test
    void aMessageThatHoldsTheOffsetBackIsReportedOnceWithItsId() throws Exception {
        List<ConsumerEvents.StuckMessage> stuck = new CopyOnWriteArrayList<>();
        CountDownLatch release = new CountDownLatch(1);
        scene.put(0, "m0", "m1");
        PushConsumer consumer = started(scene.client()
                .pushConsumer(
                        settings()
                                .stuckAfter(Duration.ofMillis(150))
                                .events(new ConsumerEvents() {
                                    @Override
                                    public void stuck(ConsumerEvents.StuckMessage message) {
                                        stuck.add(message);
                                    }
                                })
                                .build(),
                        message -> {
                            if (text(message).equals("m0")) {
                                release.await();
                            }
                            return record(message);
                        }));

        await().until(() -> !stuck.isEmpty() && consumer.figures().stuck() == 1);
        assertThat(stuck).hasSize(1);
        assertThat(stuck.get(0).messageId()).isEqualTo("ID-T-0-0");
        assertThat(stuck.get(0).running()).isTrue();
        assertThat(stuck.get(0).queue()).isEqualTo(new Queue(TOPIC, "broker-a", 0));
        assertThat(scene.offset(0)).isZero();
        release.countDown();
        await().until(() -> scene.offset(0) == 2 && consumer.figures().stuck() == 0);
    }

    @Test
    void handsOutNoMoreThanTheRateAllows() {
        scene.put(0, bodies(20));
        long before = System.nanoTime();
        started(scene.client().pushConsumer(settings().maxMessagesPerSecond(20).build(), this::record));

        await().until(() -> handled.size() == 20);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(900));
    }

    @Test
    void runsTheListenerOnTheGivenExecutorNoMoreAtOnceThanConfigured() {
        List<String> threads = new CopyOnWriteArrayList<>();
        CountDownLatch release = new CountDownLatch(1);
        scene.put(0, bodies(20));
        ExecutorService executor = Executors.newCachedThreadPool(task -> new Thread(task, "application-thread"));
        scene.push((AutoCloseable) executor::shutdownNow);
        PushConsumer consumer = started(scene.client()
                .pushConsumer(settings().executor(executor).threads(3).build(), message -> {
                    threads.add(Thread.currentThread().getName());
                    release.await();
                    return record(message);
                }));
        await().until(() -> threads.size() == 3 && consumer.figures().running() == 3);
        assertThat(threads).containsOnly("application-thread");

        release.countDown();

        await().until(() -> scene.offset(0) == 20);
        consumer.close();
        assertThat(executor.isShutdown()).isFalse();
    }

    @Test
    void startsAtATime() {
        for (String body : bodies(5)) {
            scene.broker()
                    .put(
                            TOPIC,
                            0,
                            message -> ConsumerScene.storedAt(message, message.queueOffset()),
                            Map.of(),
                            body.getBytes(StandardCharsets.UTF_8),
                            0);
        }
        started(scene.client()
                .pushConsumer(settings().consumeFrom(Instant.ofEpochMilli(3)).build(), this::record));

        await().until(() -> scene.offset(0) == 5);
        assertThat(handled).containsExactlyInAnyOrder("m3", "m4");
    }

    @Test
    void goesOnWhereAnAdministratorWantsIt() {
        scene.put(0, bodies(5));
        started(scene.client().pushConsumer(settings().build(), this::record));
        await().until(() -> scene.offset(0) == 5);
        handled.clear();

        Connection member = scene.broker().connection("g");
        member.sendOneWay(Command.request(
                        RequestCode.RESET_CONSUMER_CLIENT_OFFSET,
                        Map.of("topic", TOPIC, "group", "g", "timestamp", "0"),
                        new OffsetTable(Map.of(new QueueLock.Queue(TOPIC, "broker-a", 0), 2L)).write())
                .asOneWay());

        await().until(() -> handled.size() == 3 && scene.offset(0) == 5);
        assertThat(handled).containsExactlyInAnyOrder("m2", "m3", "m4");
    }

    /** What the broker has heard when a member is gone without a word is where the next one begins. */
    @Test
    void aCrashCostsNoMoreThanWhatWasInFlight() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        scene.put(0, bodies(50));
        started(scene.client()
                .pushConsumer(settings().commitInterval(Duration.ofHours(1)).build(), message -> {
                    if (text(message).equals("m60")) {
                        never.await();
                    }
                    return record(message);
                }));
        await().until(() -> handled.size() == 50);

        await().atMost(Duration.ofSeconds(2)).until(() -> scene.offset(0) == 50);
        scene.put(0, IntStream.range(50, 70).mapToObj(i -> "m" + i).toArray(String[]::new));
        await().until(() -> handled.size() == 69);
        // The one message that is in a listener's hands holds the offset back, and those behind it.
        assertThat(scene.offset(0)).isBetween(50L, 60L);
        scene.put(0, "m70");
        await().atMost(Duration.ofSeconds(2)).until(() -> scene.offset(0) == 60);
        never.countDown();
    }

    @Test
    void refusesSettingsThatContradictEachOther() {
        assertThatThrownBy(() -> PushConsumerSettings.builder("g")
                        .subscribe(TOPIC, "*")
                        .subscribeBySql(TOPIC, "a = 1")
                        .build())
                .hasMessageContaining("both by tag and by expression");
        assertThatThrownBy(() -> settings().maxMessagesPerSecond(-1).build())
                .hasMessageContaining("maxMessagesPerSecond");
        assertThatThrownBy(() -> RetrySettings.of(1).withDelays(List.of(Duration.ofHours(3))))
                .hasMessageContaining("PT3H");
    }
}
