package io.reliablemq.client.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.Attempt;
import io.reliablemq.client.api.Attempt.Outcome;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.route.RouteUnavailableException;
import io.reliablemq.client.testing.LogCapture;
import io.reliablemq.client.testing.RawServer;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.client.testing.ScriptedServer;
import io.reliablemq.protocol.body.ClusterInfo;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.header.SendMessageResponse;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each line of the send loop, against brokers that misbehave over real sockets. */
class SendLoopTest {

    private static final ProducerSettings SETTINGS = ProducerSettings.of("pg").withSendTimeout(Duration.ofSeconds(5));
    private static final Message MESSAGE = Message.of("T", "hello".getBytes(StandardCharsets.UTF_8));

    private final CloseStack open = new CloseStack();
    private final EventLoops loops = open.push(EventLoops.create("test-io", 2));
    private final Routes routes = new Routes();
    private ScriptedServer nameServer;
    private MqClient client;

    @BeforeEach
    void start() {
        nameServer = open.push(new ScriptedServer(loops).on(RequestCode.GET_ROUTE_BY_TOPIC, routes));
        client = open.push(MqClient.create(ClientSettings.of(nameServer.address())));
    }

    @AfterEach
    void stop() throws Exception {
        open.close();
    }

    /** A broker whose sends are answered by the handler. */
    private ScriptedServer broker(RequestHandler onSend) {
        return open.push(new ScriptedServer(loops)
                .on(RequestCode.HEART_BEAT, (request, reply) -> reply.send(Command.success()))
                .on(RequestCode.UNREGISTER_CLIENT, (request, reply) -> reply.send(Command.success()))
                .on(RequestCode.SEND_MESSAGE_V2, onSend));
    }

    private static Command stored(int code) {
        return Command.response(
                code,
                null,
                new SendMessageResponse("7F0000010000277F0000000000000001", 1, 42, null, null).fields(),
                io.reliablemq.protocol.command.Body.EMPTY);
    }

    private static void ok(Command request, Reply reply) {
        reply.send(stored(ResponseCode.SUCCESS));
    }

    private static void never(Command request, Reply reply) {}

    private static RequestHandler answering(int code) {
        return (request, reply) -> reply.send(
                code >= ResponseCode.FLUSH_DISK_TIMEOUT && code <= ResponseCode.FLUSH_SLAVE_TIMEOUT
                        ? stored(code)
                        : Command.failure(code, "scripted"));
    }

    /** The topic T with two queues on each broker. */
    private void topicOn(String... addresses) {
        Map<String, String> byName = new java.util.TreeMap<>();
        for (String address : addresses) {
            byName.put("broker-" + (char) ('a' + byName.size()), address);
        }
        routes.put("T", Routes.route(2, byName));
    }

    private static List<Outcome> outcomes(List<Attempt> attempts) {
        return attempts.stream().map(Attempt::outcome).toList();
    }

    private static int sends(ScriptedServer broker) {
        return broker.received(RequestCode.SEND_MESSAGE_V2).size();
    }

    /** Sends until the given broker was the first to be tried, and returns that send's outcome. */
    private static SendReceipt sendUntilFirstAt(Producer producer, String address) {
        SendReceipt receipt = null;
        for (int i = 0; i < 20; i++) {
            receipt = producer.send(MESSAGE);
            if (receipt.attempts().get(0).brokerAddress().equals(address)) {
                return receipt;
            }
        }
        throw new AssertionError("the broker at " + address + " was never tried first: " + receipt);
    }

    private static SendFailedException failure(Producer producer) {
        try {
            throw new AssertionError("sent: " + producer.send(MESSAGE));
        } catch (SendFailedException e) {
            return e;
        }
    }

    @Test
    void sendsWithUniqueIdAndStorePropertyAndReportsWhereItIs() {
        ScriptedServer broker = broker(SendLoopTest::ok);
        topicOn(broker.address());
        Message message = Message.builder("T")
                .body("hello".getBytes(StandardCharsets.UTF_8))
                .tag("A")
                .keys("k1 k2")
                .build();

        SendReceipt receipt = client.producer(SETTINGS).send(message);

        assertThat(receipt.queueOffset()).isEqualTo(42);
        assertThat(receipt.queueId()).isEqualTo(1);
        assertThat(receipt.brokerName()).isEqualTo("broker-a");
        assertThat(outcomes(receipt.attempts())).containsExactly(Outcome.SEND_OK);
        Command sent = broker.received(RequestCode.SEND_MESSAGE_V2).get(0);
        assertThat(new String(sent.body().toByteArray(), StandardCharsets.UTF_8))
                .isEqualTo("hello");
        SendMessageRequest header = SendMessageRequest.readV2(sent.fields());
        assertThat(header.defaultTopic()).isEqualTo("TBW102");
        assertThat(MessageProperties.decode(header.properties()))
                .containsEntry(PropertyNames.UNIQUE_ID, receipt.messageId())
                .containsEntry(PropertyNames.WAIT_STORE, "true")
                .containsEntry(PropertyNames.TAGS, "A")
                .containsEntry(PropertyNames.KEYS, "k1 k2");
    }

    @Test
    void spreadsOverTheQueuesOfAllBrokers() {
        ScriptedServer a = broker(SendLoopTest::ok);
        ScriptedServer b = broker(SendLoopTest::ok);
        topicOn(a.address(), b.address());
        Producer producer = client.producer(SETTINGS);

        for (int i = 0; i < 8; i++) {
            producer.send(MESSAGE);
        }

        assertThat(sends(a)).isEqualTo(4);
        assertThat(sends(b)).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 14, 16, 17, 204, 205})
    void retriesRefusalsThatAnotherBrokerMayNotRepeat(int code) {
        ScriptedServer bad = broker(answering(code));
        ScriptedServer good = broker(SendLoopTest::ok);
        topicOn(bad.address(), good.address());

        SendReceipt receipt = sendUntilFirstAt(client.producer(SETTINGS), bad.address());

        assertThat(outcomes(receipt.attempts()))
                .containsExactly(code == 1 ? Outcome.BROKER_ERROR : Outcome.REFUSED, Outcome.SEND_OK);
        assertThat(receipt.attempts().get(1).brokerAddress()).isEqualTo(good.address());
    }

    @ParameterizedTest
    @ValueSource(ints = {13, 26, 29, 3})
    void failsAtOnceWhereAnotherAttemptCannotHelp(int code) {
        ScriptedServer a = broker(answering(code));
        ScriptedServer b = broker(answering(code));
        topicOn(a.address(), b.address());

        SendFailedException failed = failure(client.producer(SETTINGS));

        assertThat(outcomes(failed.attempts())).containsExactly(Outcome.REFUSED);
        assertThat(failed.mayBeStored()).isFalse();
        assertThat(failed).hasMessageContaining("code " + code).hasMessageContaining("'T'");
        assertThat(sends(a) + sends(b)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 4})
    void makesOneAttemptAndAsManyRetriesAsSet(int retries) {
        ScriptedServer broker = broker(answering(ResponseCode.SYSTEM_BUSY));
        topicOn(broker.address());
        Producer producer = client.producer(SETTINGS.withRetryTimesWhenSendFailed(retries));

        SendFailedException failed = failure(producer);

        assertThat(failed.attempts()).hasSize(1 + retries);
        assertThat(sends(broker)).isEqualTo(1 + retries);
        assertThat(failed.sentMessage().uniqueId()).isNotNull();
        assertThat(broker.received(RequestCode.SEND_MESSAGE_V2))
                .allSatisfy(request -> assertThat(request.fields().get("i"))
                        .contains(failed.sentMessage().uniqueId()));
    }

    @Test
    void usesEachBrokerOnceBeforeAnyTwice() {
        ScriptedServer a = broker(answering(ResponseCode.SYSTEM_ERROR));
        ScriptedServer b = broker(answering(ResponseCode.SYSTEM_ERROR));
        ScriptedServer c = broker(answering(ResponseCode.SYSTEM_ERROR));
        topicOn(a.address(), b.address(), c.address());

        SendFailedException failed = failure(client.producer(SETTINGS));

        assertThat(failed.attempts().stream().map(Attempt::brokerName))
                .containsExactlyInAnyOrder("broker-a", "broker-b", "broker-c");
    }

    @Test
    void goesOnAtAnotherBrokerWhenConnectionIsRefused() {
        ScriptedServer dead = broker(SendLoopTest::ok);
        ScriptedServer good = broker(SendLoopTest::ok);
        topicOn(dead.address(), good.address());
        dead.stop();
        Producer producer = client.producer(SETTINGS);

        long start = System.nanoTime();
        SendReceipt receipt = sendUntilFirstAt(producer, dead.address());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));

        assertThat(outcomes(receipt.attempts())).containsExactly(Outcome.NOT_SENT, Outcome.SEND_OK);
        // Left out from now on: the next sends do not even try it.
        for (int i = 0; i < 4; i++) {
            assertThat(producer.send(MESSAGE).attempts()).hasSize(1);
        }
    }

    @Test
    void usesARestartedBrokerAgain() {
        ScriptedServer a = broker(SendLoopTest::ok);
        ScriptedServer b = broker(SendLoopTest::ok);
        topicOn(a.address(), b.address());
        Producer producer = client.producer(SETTINGS);
        sendUntilFirstAt(producer, a.address());
        a.stop();
        for (int i = 0; i < 4; i++) {
            assertThat(producer.send(MESSAGE).brokerName()).isEqualTo("broker-b");
        }
        a.restart();

        await().atMost(Duration.ofSeconds(10))
                .until(() -> producer.send(MESSAGE).brokerName().equals("broker-a"));
    }

    @Test
    void leavesTimeForAnotherBrokerWhenOneNeverAnswers() {
        ScriptedServer silent = broker(SendLoopTest::never);
        ScriptedServer good = broker(SendLoopTest::ok);
        topicOn(silent.address(), good.address());

        SendReceipt receipt =
                sendUntilFirstAt(client.producer(SETTINGS.withSendTimeout(Duration.ofSeconds(2))), silent.address());

        assertThat(outcomes(receipt.attempts())).containsExactly(Outcome.TIMED_OUT, Outcome.SEND_OK);
        assertThat(receipt.attempts().get(0).elapsed()).isBetween(Duration.ofMillis(1_000), Duration.ofMillis(1_600));
    }

    @Test
    void endsWithinTheTimeOfTheSend() {
        ScriptedServer a = broker(SendLoopTest::never);
        ScriptedServer b = broker(SendLoopTest::never);
        topicOn(a.address(), b.address());
        Producer producer = client.producer(SETTINGS.withRetryTimesWhenSendFailed(10));

        long start = System.nanoTime();
        assertThatExceptionOfType(SendFailedException.class)
                .isThrownBy(() -> producer.send(MESSAGE, Duration.ofMillis(1_500)))
                .satisfies(failed -> {
                    assertThat(failed.attempts()).hasSizeGreaterThanOrEqualTo(2);
                    assertThat(failed.mayBeStored()).isTrue();
                });

        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(1_400), Duration.ofMillis(2_500));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 11, 12})
    void triesAnotherBrokerWhenStoredButNotSafe(int code) {
        ScriptedServer unsafe = broker(answering(code));
        ScriptedServer good = broker(SendLoopTest::ok);
        topicOn(unsafe.address(), good.address());

        SendReceipt receipt = sendUntilFirstAt(client.producer(SETTINGS), unsafe.address());

        assertThat(receipt.brokerName()).isEqualTo("broker-b");
        assertThat(receipt.attempts()).hasSize(2);
        assertThat(receipt.attempts().get(0).outcome().mayBeStored()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 11, 12})
    void failsWithTheBestAnswerWhenNoBrokerStoresSafely(int code) {
        ScriptedServer a = broker(answering(code));
        topicOn(a.address());

        SendFailedException retried = failure(client.producer(SETTINGS));
        SendFailedException notRetried = failure(client.producer(SETTINGS.withRetryAnotherBrokerWhenNotStoreOK(false)));

        assertThat(retried.attempts()).hasSize(3);
        assertThat(retried.mayBeStored()).isTrue();
        assertThat(notRetried.attempts()).hasSize(1);
        assertThat(notRetried.attempts().get(0).outcome().mayBeStored()).isTrue();
    }

    @Test
    void retriesWhenTheConnectionDiesInTheMiddleOfTheAnswer() {
        RawServer dying = open.push(new RawServer((opaque, out) -> {
            byte[] answer = RawServer.frame("{\"code\":0,\"flag\":1,\"opaque\":" + opaque + "}");
            out.write(Arrays.copyOf(answer, answer.length / 2));
            out.flush();
            return false;
        }));
        ScriptedServer good = broker(SendLoopTest::ok);
        topicOn(dying.address(), good.address());

        SendReceipt receipt = sendUntilFirstAt(client.producer(SETTINGS), dying.address());

        assertThat(dying.answers()).isPositive();
        assertThat(outcomes(receipt.attempts())).containsExactly(Outcome.CONNECTION_LOST, Outcome.SEND_OK);
    }

    @Test
    void retriesWhenTheAnswerIsGarbage() {
        RawServer garbage = open.push(new RawServer((opaque, out) -> {
            out.write(new byte[] {0, 0, 0, 12, 0, 0, 0, 8, '{', '#', '#', '#', '#', '#', '#', '}'});
            out.flush();
            return true;
        }));
        ScriptedServer good = broker(SendLoopTest::ok);
        topicOn(garbage.address(), good.address());

        SendReceipt receipt = sendUntilFirstAt(client.producer(SETTINGS), garbage.address());

        assertThat(garbage.answers()).isPositive();
        assertThat(outcomes(receipt.attempts())).containsExactly(Outcome.CONNECTION_LOST, Outcome.SEND_OK);
    }

    @Test
    void retriesWhenTheAnswerOfSuccessNamesNoPlace() {
        ScriptedServer vague = broker((request, reply) -> reply.send(Command.success()));
        ScriptedServer good = broker(SendLoopTest::ok);
        topicOn(vague.address(), good.address());

        SendReceipt receipt = sendUntilFirstAt(client.producer(SETTINGS), vague.address());

        assertThat(outcomes(receipt.attempts())).containsExactly(Outcome.UNREADABLE_ANSWER, Outcome.SEND_OK);
    }

    @Test
    void createsTheTopicByItsFirstSend() {
        ScriptedServer a = broker(SendLoopTest::ok);
        ScriptedServer b = broker(SendLoopTest::ok);
        routes.put("TBW102", Routes.route(8, Map.of("broker-a", a.address(), "broker-b", b.address())));
        Producer producer = client.producer(SETTINGS);

        for (int i = 0; i < 16; i++) {
            producer.send(Message.of("Fresh", new byte[] {1}));
        }

        List<Command> sent = new ArrayList<>(a.received(RequestCode.SEND_MESSAGE_V2));
        sent.addAll(b.received(RequestCode.SEND_MESSAGE_V2));
        assertThat(sent)
                .extracting(
                        request -> SendMessageRequest.readV2(request.fields()).queueId())
                .containsOnly(0, 1, 2, 3);
        assertThat(sends(a)).isEqualTo(8);

        routes.put("Fresh", Routes.route(1, Map.of("broker-b", b.address())));
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            for (int i = 0; i < 4; i++) {
                assertThat(producer.send(Message.of("Fresh", new byte[] {1})).brokerName())
                        .isEqualTo("broker-b");
            }
        });
    }

    @Test
    void saysWhatIsMissingWhenNoBrokerHasTheTopic() {
        assertThat(failure(client.producer(SETTINGS)))
                .hasMessageContaining("No broker has the topic 'T'")
                .satisfies(failed -> assertThat(outcomes(failed.attempts())).containsExactly(Outcome.NOT_SENT))
                .satisfies(failed -> assertThat(failed.mayBeStored()).isFalse());
    }

    @Test
    void waitsForTheRouteOfATopicWhileItsBrokersAreNotThereYet() {
        ScriptedServer broker = broker(SendLoopTest::ok);
        nameServer.on(
                RequestCode.GET_BROKER_CLUSTER_INFO,
                (request, reply) ->
                        reply.send(Command.success(Map.of(), JsonBodies.write(new ClusterInfo(Map.of(), Map.of())))));
        Producer producer = client.producer(SETTINGS.toBuilder()
                .retryTimesWhenSendAsyncFailed(0)
                .sendTimeout(Duration.ofSeconds(20))
                .build());

        CompletableFuture<SendReceipt> send = producer.sendAsync(MESSAGE);
        await().until(() ->
                !nameServer.received(RequestCode.GET_BROKER_CLUSTER_INFO).isEmpty());
        topicOn(broker.address());

        assertThat(send.orTimeout(10, TimeUnit.SECONDS).join().attempts()).hasSize(1);
    }

    @Test
    void waitsForANameServerThatIsNotThereYetAndSaysSoIfItDoesNotCome() {
        ScriptedServer broker = broker(SendLoopTest::ok);
        topicOn(broker.address());
        nameServer.stop();
        Producer producer = client.producer(SETTINGS.withRetryTimesWhenSendFailed(0));

        long start = System.nanoTime();
        assertThatExceptionOfType(SendFailedException.class)
                .isThrownBy(() -> producer.send(MESSAGE, Duration.ofMillis(800)))
                .withMessageContaining("no route within 800 ms")
                .satisfies(failed -> assertThat(outcomes(failed.attempts())).containsExactly(Outcome.NOT_SENT))
                .havingCause()
                .withMessageContaining(nameServer.address());
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(750), Duration.ofMillis(2_000));

        CompletableFuture.runAsync(nameServer::restart, CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS));
        assertThat(producer.send(MESSAGE).attempts()).hasSize(1);
    }

    @Test
    void aRequestSaysAsWellWhyThereWasNoRoute() {
        nameServer.stop();
        Producer producer = client.producer(SETTINGS.withSendTimeout(Duration.ofMillis(800)));

        assertThatExceptionOfType(SendFailedException.class)
                .isThrownBy(() -> producer.request(MESSAGE, Duration.ofSeconds(5)))
                .havingCause()
                .isInstanceOf(RouteUnavailableException.class)
                .withMessageContaining(nameServer.address());
    }

    @Test
    void asksEachBrokerOnceForATopicThatItDoesNotHave() {
        ScriptedServer a = broker(answering(ResponseCode.TOPIC_NOT_EXIST));
        ScriptedServer b = broker(answering(ResponseCode.TOPIC_NOT_EXIST));
        topicOn(a.address(), b.address());

        SendFailedException failed = failure(client.producer(SETTINGS.withRetryTimesWhenSendFailed(5)));

        assertThat(failed.attempts()).extracting(Attempt::brokerName).containsExactlyInAnyOrder("broker-a", "broker-b");
        assertThat(failed.isRefusedForGood()).as("it may be created yet").isFalse();
    }

    @Test
    void asksAnotherNameServerWhenOneIsGone() {
        ScriptedServer broker = broker(SendLoopTest::ok);
        topicOn(broker.address());
        ScriptedServer gone = open.push(new ScriptedServer(loops));
        gone.stop();
        MqClient two = open.push(MqClient.create(ClientSettings.of(gone.address(), nameServer.address())));

        assertThat(two.producer(SETTINGS).send(MESSAGE).attempts()).hasSize(1);
    }

    @Test
    void goesOnSendingWhileAllNameServersAreGone() {
        ScriptedServer broker = broker(SendLoopTest::ok);
        topicOn(broker.address());
        Producer producer = client.producer(SETTINGS);
        producer.send(MESSAGE);
        nameServer.stop();

        assertThat(producer.send(MESSAGE).attempts()).hasSize(1);
    }

    @Test
    void refusesBodiesThatCannotBeSent() {
        Producer producer = client.producer(SETTINGS.withMaxMessageBytes(100));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> producer.send(Message.of("T", new byte[0])))
                .withMessageContaining("'T'")
                .withMessageContaining("0 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> producer.sendAsync(Message.of("T", new byte[101])))
                .withMessageContaining("'T'")
                .withMessageContaining("101")
                .withMessageContaining("100");
    }

    @Test
    void completesAsynchronousSendsOffTheNetworkThreads() throws Exception {
        ScriptedServer broker = broker(SendLoopTest::ok);
        topicOn(broker.address());
        CompletableFuture<String> thread = new CompletableFuture<>();
        CountDownLatch go = new CountDownLatch(1);
        broker.on(
                RequestCode.SEND_MESSAGE_V2,
                (request, reply) -> new Thread(() -> {
                            try {
                                go.await();
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                            ok(request, reply);
                        })
                        .start());

        client.producer(SETTINGS)
                .sendAsync(MESSAGE)
                .thenRun(() -> thread.complete(Thread.currentThread().getName()));
        go.countDown();

        assertThat(thread.get(5, TimeUnit.SECONDS)).startsWith("rmq-client-callback");
    }

    @Test
    void retriesAsynchronousSendsByTheirOwnCount() {
        ScriptedServer broker = broker(answering(ResponseCode.SYSTEM_BUSY));
        topicOn(broker.address());
        Producer producer =
                client.producer(SETTINGS.withRetryTimesWhenSendFailed(0).withRetryTimesWhenSendAsyncFailed(3));

        assertThatThrownBy(() -> producer.sendAsync(MESSAGE).join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        SendFailedException.class,
                        failed -> assertThat(failed.attempts()).hasSize(4));
    }

    @Test
    void completesEveryAsynchronousSendOnceWhileABrokerDiesAndReturns() {
        ScriptedServer a = broker(SendLoopTest::ok);
        ScriptedServer b = broker(SendLoopTest::ok);
        topicOn(a.address(), b.address());
        Producer producer = client.producer(SETTINGS);
        AtomicInteger ended = new AtomicInteger();
        List<CompletableFuture<SendReceipt>> sends = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            if (i == 500) {
                a.stop();
            } else if (i == 1_000) {
                a.restart();
            }
            CompletableFuture<SendReceipt> send = producer.sendAsync(MESSAGE);
            send.whenComplete((receipt, error) -> ended.incrementAndGet());
            sends.add(send);
        }

        CompletableFuture.allOf(sends.toArray(CompletableFuture[]::new)).join();

        // Whoever joins may be told before the action that was added first has run.
        await().untilAsserted(() -> assertThat(ended).hasValue(2_000));
    }

    @Test
    void boundsAsynchronousSendsInFlight() throws Exception {
        LinkedBlockingQueue<Reply> held = new LinkedBlockingQueue<>();
        ScriptedServer broker = broker((request, reply) -> held.add(reply));
        topicOn(broker.address());
        Producer producer = client.producer(ProducerSettings.builder("pg")
                .retryTimesWhenSendAsyncFailed(0)
                .maxInFlight(2)
                .build());

        producer.sendAsync(MESSAGE);
        producer.sendAsync(MESSAGE);
        Reply first = held.poll(5, TimeUnit.SECONDS);
        Reply second = held.poll(5, TimeUnit.SECONDS);
        CompletableFuture<CompletableFuture<SendReceipt>> third =
                CompletableFuture.supplyAsync(() -> producer.sendAsync(MESSAGE));
        assertThat(held.poll(300, TimeUnit.MILLISECONDS))
                .as("a third send while two are in flight")
                .isNull();
        assertThat(third).isNotDone();

        first.send(stored(ResponseCode.SUCCESS));
        Reply last = held.poll(5, TimeUnit.SECONDS);
        second.send(stored(ResponseCode.SUCCESS));
        last.send(stored(ResponseCode.SUCCESS));
        assertThat(third.get(5, TimeUnit.SECONDS).get(5, TimeUnit.SECONDS).attempts())
                .hasSize(1);
    }

    @Test
    void sendsOneWayWithoutWaitingForAnAnswer() {
        ScriptedServer broker = broker(SendLoopTest::never);
        topicOn(broker.address());

        client.producer(SETTINGS).sendOneWay(MESSAGE);

        await().until(() -> sends(broker) == 1);
        assertThat(broker.received(RequestCode.SEND_MESSAGE_V2).get(0).isOneWay())
                .isTrue();
    }

    @Test
    void saysSoWhenAOneWaySendCouldNotBeWritten() {
        ScriptedServer dead = broker(SendLoopTest::ok);
        topicOn(dead.address());
        dead.stop();

        assertThatExceptionOfType(SendFailedException.class)
                .isThrownBy(() -> client.producer(SETTINGS).sendOneWay(MESSAGE))
                .satisfies(failed -> assertThat(failed.mayBeStored()).isFalse());
    }

    @Test
    void waitsForSendsInFlightWhenClosed() throws Exception {
        CompletableFuture<Reply> held = new CompletableFuture<>();
        ScriptedServer broker = broker((request, reply) -> held.complete(reply));
        topicOn(broker.address());
        Producer producer = client.producer(SETTINGS);
        CompletableFuture<SendReceipt> send = producer.sendAsync(MESSAGE);
        Reply reply = held.get(5, TimeUnit.SECONDS);

        CompletableFuture<Void> closing = CompletableFuture.runAsync(producer::close);
        assertThat(closing).isNotDone();
        reply.send(stored(ResponseCode.SUCCESS));

        closing.get(5, TimeUnit.SECONDS);
        assertThat(send.get(1, TimeUnit.SECONDS).queueOffset()).isEqualTo(42);
        assertThatThrownBy(() -> producer.send(MESSAGE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'pg'");
        assertThat(broker.received(RequestCode.UNREGISTER_CLIENT)).hasSize(1);
    }

    @Test
    void introducesItselfToABrokerOnANewConnection() {
        ScriptedServer broker = broker(SendLoopTest::ok);
        topicOn(broker.address());

        client.producer(SETTINGS).send(MESSAGE);

        await().until(() -> !broker.received(RequestCode.HEART_BEAT).isEmpty());
        assertThat(new String(
                        broker.received(RequestCode.HEART_BEAT).get(0).body().toByteArray(), StandardCharsets.UTF_8))
                .contains("\"groupName\":\"pg\"");
    }

    @Test
    void findsTheOnlyBrokerThatIsBackWithinTwoSecondsWithDefaultSettings() {
        ScriptedServer broker = broker(SendLoopTest::ok);
        topicOn(broker.address());
        Producer producer = client.producer(ProducerSettings.of("pg"));
        producer.send(MESSAGE);
        broker.stop();
        CompletableFuture.runAsync(broker::restart, CompletableFuture.delayedExecutor(2, TimeUnit.SECONDS));

        SendReceipt receipt = producer.send(MESSAGE);

        assertThat(receipt.attempts()).hasSizeBetween(2, 3);
        assertThat(receipt.attempts().get(receipt.attempts().size() - 1).outcome())
                .isEqualTo(Outcome.SEND_OK);
    }

    @Test
    void saysSoonThatTheOnlyBrokerRefusesOrHasNoSuchTopic() {
        ScriptedServer broker = broker(answering(ResponseCode.NO_PERMISSION));
        topicOn(broker.address());
        Producer producer = client.producer(SETTINGS);

        long start = System.nanoTime();
        assertThat(failure(producer).attempts()).hasSize(3);
        assertThatExceptionOfType(SendFailedException.class)
                .isThrownBy(() -> producer.send(Message.of("Misspelt", new byte[] {1})))
                .satisfies(failed -> assertThat(failed.attempts()).hasSize(1));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(1_800));
    }

    @Test
    void endsAnAsynchronousSendInItsTimeAlthoughNoNameServerAnswers() {
        ScriptedServer silent =
                open.push(new ScriptedServer(loops).on(RequestCode.GET_ROUTE_BY_TOPIC, SendLoopTest::never));
        MqClient waiting = open.push(MqClient.create(ClientSettings.of(silent.address())));
        Producer producer = waiting.producer(SETTINGS.withSendTimeout(Duration.ofMillis(500)));

        CompletableFuture<SendReceipt> send = producer.sendAsync(MESSAGE);

        // A question for the route takes 3 s.
        assertThatThrownBy(() -> send.get(2, TimeUnit.SECONDS))
                .isInstanceOf(java.util.concurrent.ExecutionException.class)
                .cause()
                .isInstanceOf(SendFailedException.class);
    }

    @Test
    void callbacksMayWaitForOtherAsynchronousSends() {
        ScriptedServer broker = broker(SendLoopTest::ok);
        topicOn(broker.address());
        Producer producer = client.producer(SETTINGS);
        List<CompletableFuture<SendReceipt>> sends = new ArrayList<>();

        for (int i = 0; i < 20; i++) {
            sends.add(producer.sendAsync(MESSAGE)
                    .thenApply(receipt -> producer.sendAsync(MESSAGE)
                            .orTimeout(5, TimeUnit.SECONDS)
                            .join()));
        }

        assertThat(sends)
                .allSatisfy(send -> assertThat(send.get(8, TimeUnit.SECONDS)).isNotNull());
    }

    @Test
    void closesWithoutALineAboutBrokersThatAreLeftOut() {
        ScriptedServer broker = broker(SendLoopTest::ok);
        topicOn(broker.address());
        try (LogCapture log = new LogCapture("io.reliablemq.client")) {
            client.producer(SETTINGS).send(MESSAGE);
            broker.stop();
            client.close();

            assertThat(log.from(Level.INFO))
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .noneMatch(line -> line.contains("left out"));
            // A heartbeat that was under way when the broker stopped is worth its line; nothing else is.
            assertThat(log.from(Level.WARN))
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .allMatch(line -> line.contains("does not take heartbeats"));
        }
    }

    private static Message ordered(String key, int number) {
        return Message.builder("T")
                .orderingKey(key)
                .body(("m" + number).getBytes(StandardCharsets.UTF_8))
                .build();
    }

    @Test
    void keepsMessagesOfAnOrderingKeyOnOneQueueAlsoInRetries() {
        List<ScriptedServer> brokers = List.of(broker(SendLoopTest::ok), broker(SendLoopTest::ok));
        topicOn(brokers.get(0).address(), brokers.get(1).address());
        Producer producer = client.producer(SETTINGS);
        SendReceipt first = producer.send(ordered("k", 0));
        ScriptedServer home = brokers.stream()
                .filter(broker -> sends(broker) == 1)
                .findFirst()
                .orElseThrow();
        AtomicInteger refusals = new AtomicInteger(2);
        home.on(
                RequestCode.SEND_MESSAGE_V2,
                (request, reply) -> reply.send(
                        refusals.getAndDecrement() > 0
                                ? Command.failure(ResponseCode.SYSTEM_BUSY, "busy")
                                : stored(ResponseCode.SUCCESS)));

        SendReceipt second = producer.send(ordered("k", 1));
        for (int i = 2; i < 20; i++) {
            producer.send(ordered("k", i));
        }

        assertThat(second.attempts()).hasSize(3);
        assertThat(second.brokerName()).isEqualTo(first.brokerName());
        assertThat(sends(home)).isEqualTo(22);
        assertThat(home.received(RequestCode.SEND_MESSAGE_V2).stream()
                        .map(request ->
                                SendMessageRequest.readV2(request.fields()).queueId()))
                .containsOnly(first.attempts().get(0).queueId());
    }

    @Test
    void aMessageWithAnOrderingKeyFailsRatherThanMoveWhenItsBrokerIsAway() {
        List<ScriptedServer> brokers = List.of(broker(SendLoopTest::ok), broker(SendLoopTest::ok));
        topicOn(brokers.get(0).address(), brokers.get(1).address());
        Producer producer = client.producer(SETTINGS);
        String home = producer.send(ordered("k", 0)).brokerName();
        int other = home.equals("broker-a") ? 1 : 0;
        brokers.get(1 - other).stop();
        routes.put(
                "T",
                Routes.route(
                        2,
                        Map.of(
                                other == 0 ? "broker-a" : "broker-b",
                                brokers.get(other).address())));
        assertThat(producer.send(MESSAGE).brokerName()).as("others go on").isNotEqualTo(home);
        int before = sends(brokers.get(other));

        await().untilAsserted(() -> assertThatExceptionOfType(SendFailedException.class)
                .isThrownBy(() -> producer.send(ordered("k", 1), Duration.ofSeconds(1)))
                .satisfies(failed -> assertThat(failed.attempts())
                        .isNotEmpty()
                        .allSatisfy(attempt -> assertThat(attempt.brokerName()).isEqualTo(home)))
                .withMessageContaining("ordering key 'k'"));
        assertThat(sends(brokers.get(other))).isEqualTo(before);
    }

    @Test
    void anAttemptThatIsGivenUpBeforeItsAnswerMayBeStored() throws Exception {
        ScriptedServer broker = broker(SendLoopTest::never);
        topicOn(broker.address());
        Producer producer = client.producer(SETTINGS);
        Thread sender = Thread.currentThread();
        broker.on(RequestCode.SEND_MESSAGE_V2, (request, reply) -> sender.interrupt());

        SendFailedException interrupted = failure(producer);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(interrupted.mayBeStored()).isTrue();
        assertThat(interrupted.attempts()).singleElement().satisfies(attempt -> {
            assertThat(attempt.brokerAddress()).isEqualTo(broker.address());
            assertThat(attempt.outcome()).isEqualTo(Outcome.TIMED_OUT);
        });
        assertThat(interrupted).hasMessageContaining("interrupted").hasMessageContaining("no answer yet");
    }
}
