package io.reliablemq.client.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.CacheLimits;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.NonRetryableException;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.testing.LogCapture;
import io.reliablemq.client.testing.MiniBroker;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.client.testing.ScriptedServer;
import io.reliablemq.protocol.body.Heartbeat;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.PullMessageRequest;
import io.reliablemq.protocol.header.PullMessageResponse;
import io.reliablemq.protocol.header.SendMessageBackRequest;
import io.reliablemq.protocol.message.FailureProperties;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.message.SystemFlag;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.transport.EventLoops;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A consumer against a small broker over real sockets. */
class GroupConsumerTest {

    private static final String RETRY = "%RETRY%g";
    private static final String DEAD = "%DLQ%g";

    private final CloseStack open = new CloseStack();
    private final EventLoops loops = open.push(EventLoops.create("test-io", 2));
    private final Routes routes = new Routes();
    private final BlockingQueue<ReceivedMessage> received = new LinkedBlockingQueue<>();
    private ScriptedServer nameServer;
    private MiniBroker broker;
    private MqClient client;

    @BeforeEach
    void start() {
        nameServer = open.push(new ScriptedServer(loops).on(RequestCode.GET_ROUTE_BY_TOPIC, routes));
        broker = open.push(new MiniBroker(loops));
        client = open.push(newClient());
        routes.put("T", Routes.route(2, Map.of("broker-a", broker.address())));
        routes.put(RETRY, Routes.route(1, Map.of("broker-a", broker.address())));
    }

    @AfterEach
    void stop() throws Exception {
        open.close();
    }

    private MqClient newClient() {
        return MqClient.create(ClientSettings.of(nameServer.address()));
    }

    private static PushConsumerSettings settings(String tags) {
        return settings(tags, 1_000);
    }

    private static PushConsumerSettings settings(String tags, int maxCached) {
        return new PushConsumerSettings(
                "g",
                Map.of("T", tags),
                ConsumeFrom.FIRST_OFFSET,
                4,
                2,
                32,
                maxCached,
                1L << 24,
                Duration.ofMillis(200),
                Duration.ofSeconds(10));
    }

    private PushConsumer consume(MessageHandler handler) {
        return consume(client, settings("*"), handler);
    }

    private PushConsumer consume(MqClient owner, PushConsumerSettings settings, MessageHandler handler) {
        PushConsumer consumer = owner.pushConsumer(settings, message -> {
            received.add(message);
            return handler.handle(message);
        });
        consumer.start();
        return consumer;
    }

    private static ConsumeResult succeed(ReceivedMessage message) {
        return ConsumeResult.CONSUME_SUCCESS;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private ReceivedMessage next() throws InterruptedException {
        ReceivedMessage message = received.poll(10, TimeUnit.SECONDS);
        assertThat(message).as("a message within 10 s").isNotNull();
        return message;
    }

    private void awaitOffset(String topic, int queueId, long offset) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(broker.offset("g", topic, queueId)).isEqualTo(offset));
    }

    private List<Command> sentBack() {
        return broker.server().received(RequestCode.CONSUMER_SEND_MESSAGE_BACK);
    }

    @Test
    void receivesAllQueuesFromTheirFirstMessageAndCommits() throws Exception {
        for (int i = 0; i < 50; i++) {
            broker.put("T", i % 2, "A", bytes("m" + i));
        }

        consume(GroupConsumerTest::succeed);

        Set<String> bodies = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            ReceivedMessage message = next();
            assertThat(message.topic()).isEqualTo("T");
            assertThat(message.brokerName()).isEqualTo("broker-a");
            bodies.add(new String(message.body(), StandardCharsets.UTF_8));
        }
        assertThat(bodies)
                .isEqualTo(IntStream.range(0, 50).mapToObj(i -> "m" + i).collect(Collectors.toSet()));
        awaitOffset("T", 0, 25);
        awaitOffset("T", 1, 25);
        assertThat(received).isEmpty();
    }

    @Test
    void receivesAtOnceWhatArrivesLater() throws Exception {
        PushConsumer consumer = consume(GroupConsumerTest::succeed);
        await().until(() -> consumer.assignedQueues().size() == 3);

        broker.put("T", 1, "A", bytes("later"));

        assertThat(next().body()).isEqualTo(bytes("later"));
    }

    @Test
    void goesOnWhereTheGroupIs() throws Exception {
        for (int i = 0; i < 5; i++) {
            broker.put("T", 0, "A", bytes("m" + i));
        }
        broker.setOffset("g", "T", 0, 3);

        consume(GroupConsumerTest::succeed);

        assertThat(List.of(next().queueOffset(), next().queueOffset())).containsExactlyInAnyOrder(3L, 4L);
    }

    @Test
    void startsBehindTheLastMessageIfToldToButNeverInTheRetryTopic() throws Exception {
        broker.put("T", 0, "A", bytes("old"));
        broker.put(RETRY, 0, "A", bytes("retried"));

        consume(client, settings("*").withConsumeFrom(ConsumeFrom.LAST_OFFSET), GroupConsumerTest::succeed);

        assertThat(next().body()).isEqualTo(bytes("retried"));
        awaitOffset("T", 0, 1);
        broker.put("T", 0, "A", bytes("new"));
        assertThat(next().body()).isEqualTo(bytes("new"));
    }

    @Test
    void storesItsStartBeforeItPulls() {
        broker.put("T", 0, "A", bytes("old"));
        broker.server().on(RequestCode.PULL_MESSAGE, (request, reply) -> {});

        consume(client, settings("*").withConsumeFrom(ConsumeFrom.LAST_OFFSET), GroupConsumerTest::succeed);

        awaitOffset("T", 0, 1);
    }

    @Test
    void handsOnlyWantedTagsOutAndCommitsPastTheOthers() throws Exception {
        broker.put("T", 0, "A", bytes("a"));
        broker.put("T", 0, "B", bytes("b"));
        broker.put("T", 0, "C", bytes("c"));
        // A collision of hash codes: the broker cannot tell these two apart, the client can.
        assertThat("Aa".hashCode()).isEqualTo("BB".hashCode());
        broker.put("T", 0, "BB", bytes("collision"));

        consume(client, settings("A || C||Aa"), GroupConsumerTest::succeed);

        assertThat(Set.of(next().tag(), next().tag())).containsExactlyInAnyOrder("A", "C");
        awaitOffset("T", 0, 4);
        assertThat(received).isEmpty();
        Heartbeat heartbeat = JsonBodies.read(
                broker.server().received(RequestCode.HEART_BEAT).get(0).body(), Heartbeat.class);
        assertThat(heartbeat.consumers().get(0).subscriptions())
                .filteredOn(entry -> entry.topic().equals("T"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.tags()).containsExactlyInAnyOrder("A", "C", "Aa"))
                .satisfies(entry -> assertThat(entry.tagCodes()).contains("Aa".hashCode(), 65, 67));
    }

    @Test
    void sendsAFailedMessageBackAndReceivesItAgainUnderItsTopic() throws Exception {
        StoredMessage stored = broker.put("T", 0, "A", bytes("m"));

        consume(message -> message.reconsumeTimes() == 0 ? ConsumeResult.RECONSUME_LATER : succeed(message));

        assertThat(next().reconsumeTimes()).isZero();
        ReceivedMessage again = next();
        assertThat(again.reconsumeTimes()).isEqualTo(1);
        assertThat(again.topic()).isEqualTo("T");
        assertThat(again.messageId()).isEqualTo(stored.messageId());
        awaitOffset("T", 0, 1);
        awaitOffset(RETRY, 0, 1);
        SendMessageBackRequest header =
                SendMessageBackRequest.read(sentBack().get(0).fields());
        assertThat(header)
                .isEqualTo(new SendMessageBackRequest(
                        stored.position(), "g", 0, stored.messageId(), "T", 2, null, header.failure()));
        assertThat(MessageProperties.decode(header.failure())).containsOnlyKeys(FailureProperties.FIRST_FAILED_AT);
    }

    @Test
    void tellsTheBrokerWhyAMessageIsADeadLetter() throws Exception {
        broker.put("T", 0, "A", bytes("poison"));
        long before = System.currentTimeMillis();

        consume(message -> {
            throw new NonRetryableException("cannot be read\u0001: " + "x".repeat(2_000), null);
        });

        await().until(() -> sentBack().size() == 1);
        Map<String, String> failure = MessageProperties.decode(
                SendMessageBackRequest.read(sentBack().get(0).fields()).failure());
        assertThat(failure)
                .containsEntry(FailureProperties.EXCEPTION, NonRetryableException.class.getName())
                .containsEntry(FailureProperties.ATTEMPTS, "1")
                .containsOnlyKeys(FailureProperties.ALL)
                .hasEntrySatisfying(
                        FailureProperties.EXCEPTION_MESSAGE,
                        text -> assertThat(text)
                                .startsWith("cannot be read : xxx")
                                .hasSize(FailureProperties.MAX_TEXT))
                .hasEntrySatisfying(
                        FailureProperties.LAST_FAILED_AT,
                        time -> assertThat(Long.parseLong(time)).isBetween(before, System.currentTimeMillis()));
    }

    @Test
    void retriesOnNullAndOnExceptionsUntilTheBrokerKeepsItAsADeadLetter() throws Exception {
        broker.put("T", 0, "A", bytes("poison"));

        consume(message -> {
            if (message.reconsumeTimes() == 0) {
                return null;
            }
            throw new IOException("no");
        });

        for (int times = 0; times <= 2; times++) {
            assertThat(next().reconsumeTimes()).isEqualTo(times);
        }
        await().until(() -> broker.messages(DEAD, 0).size() == 1);
        awaitOffset(RETRY, 0, 2);
        assertThat(received).isEmpty();
    }

    @Test
    void sendsWhatCannotBeRetriedToTheDeadLettersAtOnce() throws Exception {
        broker.put("T", 0, "A", bytes("poison"));

        consume(message -> {
            throw new NonRetryableException("never", null);
        });

        await().until(() -> broker.messages(DEAD, 0).size() == 1);
        awaitOffset("T", 0, 1);
        assertThat(received).hasSize(1);
    }

    @Test
    void inflatesCompressedBodiesAndSendsUnreadableOnesToTheDeadLetters() throws Exception {
        ByteArrayOutputStream zlib = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(zlib)) {
            out.write(bytes("inflated"));
        }
        put(SystemFlag.COMPRESSED | SystemFlag.COMPRESSION_ZLIB, zlib.toByteArray());
        put(SystemFlag.COMPRESSED | SystemFlag.COMPRESSION_LZ4, bytes("lz4"));
        put(SystemFlag.COMPRESSED, bytes("no stream at all"));

        consume(GroupConsumerTest::succeed);

        assertThat(next().body()).isEqualTo(bytes("inflated"));
        await().until(() -> broker.messages(DEAD, 0).size() == 2);
        awaitOffset("T", 0, 3);
        assertThat(received).isEmpty();
    }

    private void put(int systemFlag, byte[] body) {
        broker.put(
                "T",
                0,
                m -> new StoredMessage(
                        m.topic(),
                        m.queueId(),
                        m.queueOffset(),
                        m.position(),
                        m.flag(),
                        systemFlag,
                        m.bornTimestamp(),
                        m.bornHost(),
                        m.storeTimestamp(),
                        m.storeHost(),
                        m.reconsumeTimes(),
                        m.preparedPosition(),
                        m.properties(),
                        m.body()),
                Map.of(),
                body,
                0);
    }

    @Test
    void keepsAFailedMessageUntilTheBrokerTakesItBack() throws Exception {
        broker.put("T", 0, "A", bytes("failing"));
        broker.put("T", 0, "A", bytes("fine"));
        CountDownLatch refused = new CountDownLatch(2);
        broker.intercept(RequestCode.CONSUMER_SEND_MESSAGE_BACK, (request, reply) -> {
            refused.countDown();
            reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, "not now"));
        });

        consume(message ->
                new String(message.body(), StandardCharsets.UTF_8).equals("failing") && message.reconsumeTimes() == 0
                        ? ConsumeResult.RECONSUME_LATER
                        : succeed(message));

        assertThat(refused.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(broker.offset("g", "T", 0))
                .as("never past the unfinished message")
                .isZero();
        broker.takeMessagesBack();
        awaitOffset("T", 0, 2);
        await().untilAsserted(() -> assertThat(received)
                .anySatisfy(message -> assertThat(message.reconsumeTimes()).isEqualTo(1)));
    }

    @Test
    void neverCommitsPastAMessageInProgress() throws Exception {
        for (int i = 0; i < 10; i++) {
            broker.put("T", 0, "A", bytes("m" + i));
        }
        CountDownLatch release = new CountDownLatch(1);

        consume(message -> {
            if (message.queueOffset() == 4) {
                release.await();
            }
            return succeed(message);
        });

        for (int i = 0; i < 10; i++) {
            next();
        }
        awaitOffset("T", 0, 4);
        release.countDown();
        awaitOffset("T", 0, 10);
    }

    @Test
    void handsUrgentMessagesOutFirstAlsoWhenTheyAreRetried() throws Exception {
        Semaphore permits = new Semaphore(0);
        broker.put("T", 0, "A", bytes("first"));
        PushConsumer consumer = client.pushConsumer(
                PushConsumerSettings.builder("g").subscribe("T", "*").threads(1).build(), message -> {
                    received.add(message);
                    permits.acquire();
                    return succeed(message);
                });
        consumer.start();
        assertThat(new String(next().body(), StandardCharsets.UTF_8)).isEqualTo("first");

        broker.put("T", 0, "A", bytes("plain"));
        putUrgent("T", 1, "urgent", "1", 0);
        putUrgent("T", 1, "not a priority", "soon", 0);
        putUrgent("T", 1, "most urgent", "7", 0);
        putUrgent(RETRY, 0, "urgent again", "5", 1);
        await().until(() -> consumer.figures().cachedMessages() == 6);
        permits.release(6);

        List<String> order = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            order.add(new String(next().body(), StandardCharsets.UTF_8));
        }
        assertThat(order.subList(0, 3)).containsExactly("most urgent", "urgent again", "urgent");
        assertThat(order.subList(3, 5)).containsExactlyInAnyOrder("plain", "not a priority");
        awaitOffset("T", 1, 3);
    }

    private void putUrgent(String topic, int queueId, String body, String priority, int reconsumeTimes) {
        broker.put(
                topic,
                queueId,
                message -> message,
                Map.of(PropertyNames.PRIORITY, priority),
                bytes(body),
                reconsumeTimes);
    }

    @Test
    void pullsNoMoreThanItMayHold() throws Exception {
        for (int i = 0; i < 200; i++) {
            broker.put("T", 0, "A", bytes("m" + i));
        }
        Semaphore permits = new Semaphore(0);

        consume(client, settings("*", 40), message -> {
            permits.acquire();
            return succeed(message);
        });

        await().until(() -> received.size() == 4);
        List<Command> pulls = broker.server().received(RequestCode.PULL_MESSAGE);
        assertThat(pulls)
                .extracting(pull -> PullMessageRequest.read(pull.fields()))
                .filteredOn(pull -> pull.topic().equals("T") && pull.queueId() == 0)
                .extracting(PullMessageRequest::queueOffset)
                .containsExactly(0L, 32L);
        permits.release(200);
        awaitOffset("T", 0, 200);
    }

    @Test
    void asksForLessWithEachPullTheMoreQueuesItHas() {
        PushConsumer consumer = client.pushConsumer(
                PushConsumerSettings.builder("g")
                        .subscribe("T", "*")
                        .cache(new CacheLimits(1_000, 1 << 20, 480, 1 << 20))
                        .build(),
                GroupConsumerTest::succeed);
        consumer.start();

        // Two queues of the topic and one of retries.
        await().until(() -> consumer.figures().queues() == 3);
        broker.put("T", 0, "A", bytes("so that it pulls again"));
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(broker.server().received(RequestCode.PULL_MESSAGE))
                        .extracting(pull -> PullMessageRequest.read(pull.fields()))
                        .anySatisfy(pull -> {
                            assertThat(pull.maxMessages()).isEqualTo(480 / 4 / 3);
                            assertThat(pull.maxBytes()).isEqualTo((1 << 20) / 4 / 3);
                        }));
    }

    @Test
    void sharesTheQueuesWithAMemberThatJoinsAndTakesThemBackWhenItLeaves() throws Exception {
        PushConsumer first = consume(GroupConsumerTest::succeed);
        await().until(() -> first.assignedQueues().size() == 3);
        MqClient other = open.push(newClient());

        PushConsumer second = consume(other, settings("*"), GroupConsumerTest::succeed);

        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            Set<Queue> all = new HashSet<>(first.assignedQueues());
            assertThat(second.assignedQueues()).isNotEmpty();
            assertThat(all).doesNotContainAnyElementsOf(second.assignedQueues());
            all.addAll(second.assignedQueues());
            assertThat(all).hasSize(3);
            assertThat(onTopic(first)).hasSize(1);
            assertThat(onTopic(second)).hasSize(1);
        });
        second.close();
        await().atMost(Duration.ofSeconds(5)).until(() -> first.assignedQueues().size() == 3);
        for (int i = 0; i < 10; i++) {
            broker.put("T", i % 2, "A", bytes("m" + i));
        }
        for (int i = 0; i < 10; i++) {
            next();
        }
    }

    private static List<Queue> onTopic(PushConsumer consumer) {
        return consumer.assignedQueues().stream()
                .filter(queue -> queue.topic().equals("T"))
                .toList();
    }

    @Test
    void survivesARestartOfTheBrokerWithoutSkippingOrAskingForOffsets() throws Exception {
        consume(GroupConsumerTest::succeed);
        broker.put("T", 0, "A", bytes("before"));
        assertThat(next().body()).isEqualTo(bytes("before"));
        awaitOffset("T", 0, 1);
        int queries =
                broker.server().received(RequestCode.QUERY_CONSUMER_OFFSET).size();

        broker.kill();
        for (int i = 0; i < 20; i++) {
            broker.put("T", 0, "A", bytes("after" + i));
        }
        broker.restart();

        Set<Long> offsets = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            offsets.add(next().queueOffset());
        }
        assertThat(offsets).hasSize(20);
        awaitOffset("T", 0, 21);
        assertThat(broker.server().received(RequestCode.QUERY_CONSUMER_OFFSET)).hasSize(queries);
    }

    @Test
    void goesOnFromTheOffsetThatTheBrokerMovesItTo() throws Exception {
        broker.setOffset("g", "T", 0, 7);
        broker.put("T", 0, "A", bytes("m0"));

        consume(GroupConsumerTest::succeed);

        // The broker has one message, so it moves the group from 7 back to 1.
        awaitOffset("T", 0, 1);
        broker.put("T", 0, "A", bytes("m1"));
        assertThat(next().queueOffset()).isEqualTo(1);
    }

    @Test
    void finishesWhatItHoldsBeforeItFollowsTheBrokerForwards() throws Exception {
        broker.put("T", 0, "A", bytes("m0"));
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger pulls = new AtomicInteger();
        CompletableFuture<Void> moved = new CompletableFuture<>();
        consume(message -> {
            release.await();
            return succeed(message);
        });
        next();
        broker.server().on(RequestCode.PULL_MESSAGE, (request, reply) -> {
            PullMessageRequest pull = PullMessageRequest.read(request.fields());
            if (pull.topic().equals("T") && pull.queueId() == 0) {
                if (pulls.getAndIncrement() == 0) {
                    reply.send(Command.response(
                            ResponseCode.PULL_OFFSET_MOVED,
                            null,
                            new PullMessageResponse(0, 100, 100, 100).fields(),
                            Body.EMPTY));
                } else if (pull.queueOffset() == 100) {
                    moved.complete(null);
                }
            }
        });
        broker.put("T", 0, "A", bytes("m1"));

        moved.get(10, TimeUnit.SECONDS);
        assertThat(broker.offset("g", "T", 0)).isZero();
        release.countDown();
        awaitOffset("T", 0, 100);
    }

    @Test
    void introducesItselfToABrokerThatDoesNotKnowIt() throws Exception {
        AtomicInteger pulls = new AtomicInteger();
        consume(GroupConsumerTest::succeed);
        await().until(() -> broker.server().received(RequestCode.PULL_MESSAGE).size() == 3);
        int heartbeats = broker.server().received(RequestCode.HEART_BEAT).size();
        broker.server().on(RequestCode.PULL_MESSAGE, (request, reply) -> {
            pulls.incrementAndGet();
            reply.send(Command.failure(ResponseCode.SUBSCRIPTION_NOT_LATEST, "tell me again"));
        });

        broker.put("T", 0, "A", bytes("m"));

        await().until(() -> pulls.get() >= 2);
        assertThat(broker.server().received(RequestCode.HEART_BEAT)).hasSizeGreaterThan(heartbeats);
    }

    @Test
    void findsATopicThatIsCreatedAfterItsStart() throws Exception {
        routes.remove("T");
        routes.remove(RETRY);
        consume(GroupConsumerTest::succeed);
        await().until(() -> nameServer.received(RequestCode.GET_ROUTE_BY_TOPIC).size() >= 2);

        broker.put("T", 0, "A", bytes("m"));
        routes.put("T", Routes.route(2, Map.of("broker-a", broker.address())));

        assertThat(received.poll(4, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void closesAfterRunningHandlersAndCommitsThem() throws Exception {
        for (int i = 0; i < 20; i++) {
            broker.put("T", 0, "A", bytes("m" + i));
        }
        CountDownLatch release = new CountDownLatch(1);
        PushConsumer consumer = consume(message -> {
            release.await();
            return succeed(message);
        });
        await().until(() -> received.size() == 4);

        CompletableFuture<Void> closing = CompletableFuture.runAsync(consumer::close);
        // The close gate is shut before the first handler is let go; nothing new is handed out from then on.
        await().until(() -> isWaitingInClose());
        release.countDown();
        closing.get(10, TimeUnit.SECONDS);

        assertThat(received).hasSize(4);
        assertThat(broker.offset("g", "T", 0)).isEqualTo(4);
        assertThat(broker.memberIds("g")).isEmpty();
        assertThat(consumer.assignedQueues()).isEmpty();
        assertThatThrownBy(consumer::start).isInstanceOf(IllegalStateException.class);
    }

    private static boolean isWaitingInClose() {
        return Thread.getAllStackTraces().values().stream()
                .anyMatch(stack -> java.util.Arrays.stream(stack)
                        .anyMatch(frame -> frame.getMethodName().equals("closeAndAwait")));
    }

    @Test
    void closesInTimeWhenAHandlerHangsAndDoesNotCommitItsMessage() throws Exception {
        broker.put("T", 0, "A", bytes("hangs"));
        CountDownLatch never = new CountDownLatch(1);
        PushConsumer consumer = consume(client, settings("*").withShutdownTimeout(Duration.ofMillis(300)), message -> {
            never.await();
            return succeed(message);
        });
        next();

        long start = System.nanoTime();
        consumer.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(broker.offset("g", "T", 0)).isZero();
    }

    @Test
    void handsNothingOutWhilePaused() throws Exception {
        PushConsumer consumer = consume(GroupConsumerTest::succeed);
        await().until(() -> consumer.assignedQueues().size() == 3);
        consumer.pause();
        broker.put("T", 0, "A", bytes("m"));

        assertThat(received.poll(500, TimeUnit.MILLISECONDS)).isNull();
        assertThat(consumer.assignedQueues()).hasSize(3);
        consumer.resume();
        next();
    }

    @Test
    void refusesASecondConsumerOfTheGroupInOneClient() {
        consume(GroupConsumerTest::succeed);
        PushConsumer second = client.pushConsumer(settings("A"), GroupConsumerTest::succeed);

        assertThatThrownBy(second::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'g'");
    }

    @Test
    void restoresNothingButTheTopic() throws Exception {
        broker.put(RETRY, 0, m -> m, Map.of(PropertyNames.RETRY_TOPIC, "T", "own", "kept"), bytes("m"), 1);

        consume(GroupConsumerTest::succeed);

        ReceivedMessage message = next();
        assertThat(message.topic()).isEqualTo("T");
        assertThat(message.property("own")).isEqualTo("kept");
    }

    @Test
    void aHandlerMayCloseItsConsumerAndItsMessageComesAgain() throws Exception {
        broker.put("T", 0, "A", bytes("closes"));
        CompletableFuture<PushConsumer> self = new CompletableFuture<>();
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        long start = System.nanoTime();
        self.complete(consume(message -> {
            self.join().close();
            closed.complete(Thread.currentThread().isInterrupted());
            return succeed(message);
        }));

        assertThat(closed.get(8, TimeUnit.SECONDS))
                .as("interrupted by its own close")
                .isFalse();
        // The shutdown time-out is 10 s.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        assertThat(broker.memberIds("g")).isEmpty();
        assertThat(broker.offset("g", "T", 0)).isZero();
        received.clear();
        consume(open.push(newClient()), settings("*"), GroupConsumerTest::succeed);
        assertThat(next().body()).isEqualTo(bytes("closes"));
    }

    @Test
    void aSecondCloseWaitsForTheFirst() throws Exception {
        broker.put("T", 0, "A", bytes("m"));
        CountDownLatch release = new CountDownLatch(1);
        PushConsumer consumer = consume(message -> {
            release.await();
            return succeed(message);
        });
        next();
        CompletableFuture<Void> first = CompletableFuture.runAsync(consumer::close);
        await().until(GroupConsumerTest::isWaitingInClose);

        CompletableFuture<Void> second = CompletableFuture.runAsync(consumer::close);

        assertThatThrownBy(() -> second.get(300, TimeUnit.MILLISECONDS))
                .isInstanceOf(java.util.concurrent.TimeoutException.class);
        release.countDown();
        second.get(10, TimeUnit.SECONDS);
        assertThat(broker.offset("g", "T", 0)).isEqualTo(1);
        first.get(10, TimeUnit.SECONDS);
    }

    @Test
    void logsTheStackTraceOfAHandlerAtTheFirstAndTheLastAttempt() throws Exception {
        broker.put("T", 0, "A", bytes("poison"));
        try (LogCapture log = new LogCapture(Listening.class.getName())) {
            consume(message -> {
                throw new IOException("no such account");
            });

            await().until(() -> broker.messages(DEAD, 0).size() == 1);
            assertThat(log.from(Level.WARN))
                    .extracting(ILoggingEvent::getLevel)
                    .containsExactly(Level.WARN, Level.WARN, Level.ERROR);
            assertThat(log.from(Level.WARN))
                    .extracting(event -> event.getThrowableProxy() != null)
                    .containsExactly(true, false, true);
            assertThat(log.from(Level.WARN).get(1).getFormattedMessage())
                    .contains("ID-T-0-0")
                    .contains("no such account");
            assertThat(log.from(Level.WARN).get(2).getFormattedMessage()).contains("dead letter after 3 attempt(s)");
        }
    }

    @Test
    void aPullTellsHowFarTheGroupIs() throws Exception {
        PushConsumerSettings rarely = new PushConsumerSettings(
                "g",
                Map.of("T", "*"),
                ConsumeFrom.FIRST_OFFSET,
                4,
                2,
                32,
                1_000,
                1L << 24,
                Duration.ofHours(1),
                Duration.ofSeconds(10));
        consume(client, rarely, GroupConsumerTest::succeed);

        // Each pull tells what was finished before it.
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            broker.put("T", 0, "A", bytes("m"));
            next();
            return broker.offset("g", "T", 0) >= 5;
        });
    }
}
