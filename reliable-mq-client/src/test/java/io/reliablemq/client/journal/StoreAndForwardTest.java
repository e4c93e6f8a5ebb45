package io.reliablemq.client.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.Attempt.Outcome;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.JournalSettings;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendFailureHandler;
import io.reliablemq.client.api.SendFailureHandler.Compensation;
import io.reliablemq.client.api.SendQueue;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.client.api.StoreAndForward;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.client.testing.ScriptedServer;
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
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of messages that no broker takes, with a scripted broker over real sockets and a journal on a real disk. */
class StoreAndForwardTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final CloseStack open = new CloseStack();
    private final EventLoops loops = open.push(EventLoops.create("test-io", 2));
    private final Routes routes = new Routes();

    /** Bodies in the order in which the broker took them. */
    private final List<String> taken = new CopyOnWriteArrayList<>();

    private final Set<String> ids = ConcurrentHashMap.newKeySet();

    private ScriptedServer nameServer;
    private ScriptedServer broker;
    private MqClient client;

    @BeforeEach
    void start() {
        nameServer = open.push(new ScriptedServer(loops).on(RequestCode.GET_ROUTE_BY_TOPIC, routes));
        broker = open.push(new ScriptedServer(loops)
                .on(RequestCode.HEART_BEAT, (request, reply) -> reply.send(Command.success()))
                .on(RequestCode.UNREGISTER_CLIENT, (request, reply) -> reply.send(Command.success())));
        refusing(ResponseCode.SERVICE_NOT_AVAILABLE);
        routes.put("T", Routes.route(4, Map.of("broker-a", broker.address())));
        client = open.push(MqClient.create(ClientSettings.of(nameServer.address())));
    }

    @AfterEach
    void stop() throws Exception {
        open.close();
    }

    private void refusing(int code) {
        for (int request : List.of(RequestCode.SEND_MESSAGE_V2, RequestCode.SEND_BATCH_MESSAGE)) {
            broker.on(request, (command, reply) -> reply.send(Command.failure(code, "scripted")));
        }
    }

    private void taking() {
        broker.on(RequestCode.SEND_MESSAGE_V2, this::take);
    }

    private void take(Command request, Reply reply) {
        SendMessageRequest header = SendMessageRequest.readV2(request.fields());
        String id = MessageProperties.decode(header.properties()).getOrDefault(PropertyNames.UNIQUE_ID, "");
        // As the broker of this project: on a slow machine an answer may come too late, and the message once more.
        if (ids.add(id) || !header.maybeStored()) {
            taken.add(new String(request.body().toByteArray(), UTF_8));
        }
        reply.send(Command.success(new SendMessageResponse("ID", 0, taken.size(), null, null).fields()));
    }

    static ProducerSettings settings() {
        return ProducerSettings.builder("pg")
                .sendTimeout(Duration.ofMillis(300))
                .retryTimesWhenSendFailed(0)
                .retryTimesWhenSendAsyncFailed(0)
                .build();
    }

    static JournalSettings journal(Path folder) {
        return new JournalSettings(folder, settings(), 1_000_000, Duration.ofMillis(50), Duration.ofMillis(200));
    }

    private static Message keyed(String key, String body) {
        return Message.builder("T").orderingKey(key).body(body.getBytes(UTF_8)).build();
    }

    private static Message message(String body) {
        return Message.of("T", body.getBytes(UTF_8));
    }

    @Test
    void theHandlerGetsTheMessageAndAllAttempts() {
        List<SendFailedException> failures = new CopyOnWriteArrayList<>();
        SendFailureHandler handler = failure -> {
            failures.add(failure);
            if (new String(failure.sentMessage().body(), UTF_8).equals("throws")) {
                throw new IOException("no compensation");
            }
            return failures.size() == 1 ? Compensation.ACCEPTED_LOCALLY : Compensation.FAILED;
        };
        Producer producer = client.producer(settings().withRetryTimesWhenSendFailed(1), handler);

        SendReceipt accepted = producer.send(message("a"));
        assertThat(accepted.status()).isEqualTo(SendStatus.ACCEPTED_LOCALLY);
        assertThat(accepted.messageId()).isEqualTo(failures.get(0).sentMessage().uniqueId());
        assertThat(accepted.attempts())
                .hasSize(2)
                .extracting(attempt -> attempt.outcome())
                .containsOnly(Outcome.REFUSED);
        assertThatThrownBy(() -> producer.send(message("b"))).isSameAs(failures.get(1));
        assertThatThrownBy(() -> producer.sendAsync(message("throws")).join())
                .cause()
                .satisfies(failure ->
                        assertThat(failure.getSuppressed()).singleElement().isInstanceOf(IOException.class));
    }

    @Test
    void whatNoBrokerTakesIsAcceptedAndSentWhenOneIsBack() throws Exception {
        StoreAndForward journal = client.storeAndForward(journal(folder));
        Producer producer = client.producer(settings(), journal);

        SendReceipt receipt = producer.send(message("a"));
        SendReceipt async = producer.sendAsync(message("b")).get(5, TimeUnit.SECONDS);
        List<SendReceipt> batch = producer.sendBatch(List.of(message("c"), message("d")));

        assertThat(List.of(receipt, async, batch.get(0), batch.get(1)))
                .extracting(SendReceipt::status)
                .containsOnly(SendStatus.ACCEPTED_LOCALLY);
        assertThat(journal.waiting()).isEqualTo(4);
        taking();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(journal.waiting()).isZero());
        assertThat(taken).containsExactlyInAnyOrder("a", "b", "c", "d");
        assertThat(producer.send(message("e")).status()).isEqualTo(SendStatus.SEND_OK);
    }

    @Test
    void whatIsAcceptedIsSentAsItWasWhoeverChangesAnArrayThen() throws Exception {
        StoreAndForward journal = client.storeAndForward(journal(folder));
        // Asked before the journal.
        SendFailureHandler careless = failure -> {
            Arrays.fill(failure.sentMessage().body(), (byte) '#');
            return journal.handle(failure);
        };
        byte[] body = "as it was".getBytes(UTF_8);

        client.producer(settings(), careless).send(Message.of("T", body));
        Arrays.fill(body, (byte) '?');
        taking();

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(taken).containsExactly("as it was"));
    }

    /** The journal would send it to any queue. */
    @Test
    void aMessageForAChosenQueueFailsAndDoesNotGoIntoTheJournal() throws Exception {
        StoreAndForward journal = client.storeAndForward(journal(folder));
        Producer producer = client.producer(settings(), journal);
        SendQueue queue = producer.queues("T").get(0);

        assertThatThrownBy(() -> producer.send(message("a"), queue)).isInstanceOf(SendFailedException.class);
        assertThat(producer.sendAsync(message("b"), queue))
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .withCauseInstanceOf(SendFailedException.class);

        assertThat(journal.waiting()).isZero();
    }

    @Test
    void laterMessagesOfAKeyGoBehindThoseInTheJournal() throws Exception {
        StoreAndForward journal = client.storeAndForward(journal(folder));
        Producer producer = client.producer(settings(), journal);
        producer.send(keyed("k", "k0"));
        taking();

        List<String> expected = new ArrayList<>(List.of("k0"));
        for (int i = 1; i <= 200; i++) {
            expected.add("k" + i);
            producer.sendAsync(keyed("k", "k" + i));
        }

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(taken).hasSize(201));
        assertThat(taken).isEqualTo(expected);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(journal.waiting()).isZero());
        assertThat(producer.send(keyed("k", "last")).status()).isEqualTo(SendStatus.SEND_OK);
    }

    @Test
    void aMessageThatIsRefusedForWhatItIsDoesNotHoldUpTheOthers() throws Exception {
        StoreAndForward journal = client.storeAndForward(journal(folder));
        Producer producer = client.producer(settings(), journal);
        producer.send(keyed("k", "bad"));
        producer.send(keyed("k", "good"));
        broker.on(RequestCode.SEND_MESSAGE_V2, (request, reply) -> {
            if (new String(request.body().toByteArray(), UTF_8).equals("bad")) {
                reply.send(Command.failure(ResponseCode.MESSAGE_ILLEGAL, "scripted"));
            } else {
                take(request, reply);
            }
        });

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(taken).containsExactly("good"));
        assertThat(journal.rejected())
                .extracting(message -> new String(message.body(), UTF_8))
                .containsExactly("bad");
        assertThatThrownBy(() -> producer.send(keyed("other", "bad")))
                .isInstanceOfSatisfying(
                        SendFailedException.class,
                        failure -> assertThat(failure.isRefusedForGood()).isTrue());
    }

    @Test
    void aFullJournalLetsTheSendFail() throws Exception {
        StoreAndForward journal = client.storeAndForward(
                new JournalSettings(folder, settings(), 500, Duration.ofMillis(50), Duration.ofMillis(200)));
        Producer producer = client.producer(settings(), journal);
        producer.send(message("a"));

        assertThatThrownBy(() -> producer.send(message("x".repeat(500))))
                .isInstanceOfSatisfying(
                        SendFailedException.class,
                        failure -> assertThat(failure.getSuppressed()[0]).hasMessageContaining("journal is full"));
        assertThat(journal.waiting()).isEqualTo(1);
    }

    @Test
    void whatFailsWhileTheClientClosesIsInTheJournal() throws Exception {
        broker.on(RequestCode.SEND_MESSAGE_V2, (request, reply) -> {});
        StoreAndForward journal = client.storeAndForward(journal(folder));
        Producer producer = client.producer(settings().withSendTimeout(Duration.ofSeconds(1)), journal);
        List<CompletableFuture<SendReceipt>> sent = IntStream.range(0, 1_000)
                .mapToObj(i -> producer.sendAsync(message("m" + i)))
                .toList();

        client.close();

        assertThat(sent)
                .allSatisfy(result -> assertThat(result)
                        .succeedsWithin(PATIENCE)
                        .extracting(SendReceipt::status)
                        .isEqualTo(SendStatus.ACCEPTED_LOCALLY));
        try (Journal next = Journal.open(folder, 1_000_000)) {
            assertThat(next.entries()).hasSize(1_000);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aProducerIsClosedOnceItsFailedSendsAreCompensated(boolean async) throws Exception {
        CountDownLatch compensates = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        AtomicBoolean closedBefore = new AtomicBoolean();
        Producer producer = client.producer(settings(), failure -> {
            compensates.countDown();
            closedBefore.set(closed.await(500, TimeUnit.MILLISECONDS));
            return Compensation.ACCEPTED_LOCALLY;
        });
        CompletableFuture<SendReceipt> sent = async
                ? producer.sendAsync(message("a"))
                : CompletableFuture.supplyAsync(() -> producer.send(message("a")));

        assertThat(compensates.await(20, TimeUnit.SECONDS)).isTrue();
        producer.close();
        closed.countDown();

        assertThat(sent).succeedsWithin(PATIENCE);
        assertThat(closedBefore).isFalse();
    }

    @Test
    void aMessageThatIsGivenUpBeforeItsTurnDoesNotOvertakeThoseBeforeIt() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        broker.on(RequestCode.SEND_MESSAGE_V2, (request, reply) -> arrived.countDown());
        StoreAndForward journal = client.storeAndForward(journal(folder));
        Producer producer = client.producer(settings().withSendTimeout(Duration.ofSeconds(30)), journal);
        producer.sendAsync(keyed("k", "first"));
        assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> producer.send(keyed("k", "second")))
                .isInstanceOf(SendFailedException.class)
                .satisfies(failure -> assertThat(failure.getSuppressed()[0])
                        .hasMessageContaining("earlier messages of the ordering key"));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(journal.waiting()).isZero();
        broker.stop();
    }

    /** As a journal on a disk that hangs. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sendsOfAKeyEndAlthoughTheHandlerOfOneBeforeThemHangs(boolean closing) throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        List<String> asked = new CopyOnWriteArrayList<>();
        Producer producer = client.producer(settings(), failure -> {
            asked.add(new String(failure.sentMessage().body(), UTF_8));
            hangs.countDown();
            released.await(60, TimeUnit.SECONDS);
            return Compensation.ACCEPTED_LOCALLY;
        });
        CompletableFuture<SendReceipt> first = producer.sendAsync(keyed("k", "first"));
        assertThat(hangs.await(20, TimeUnit.SECONDS)).isTrue();
        List<CompletableFuture<SendReceipt>> behind =
                List.of(producer.sendAsync(keyed("k", "second")), producer.sendAsync(keyed("k", "third")));
        CompletableFuture<Void> closed = CompletableFuture.runAsync(closing ? producer::close : () -> {});

        assertThat(behind)
                .allSatisfy(send -> assertThat(send)
                        .failsWithin(PATIENCE)
                        .withThrowableThat()
                        .withCauseInstanceOf(SendFailedException.class)
                        .satisfies(thrown -> assertThat(thrown.getCause().getSuppressed())
                                .singleElement()
                                .asString()
                                .contains("earlier messages of the ordering key")));
        assertThat(first).isNotDone();
        released.countDown();

        assertThat(first).succeedsWithin(PATIENCE);
        assertThat(closed).succeedsWithin(PATIENCE);
        if (closing) {
            assertThat(asked).containsExactly("first");
        } else {
            assertThat(producer.sendAsync(keyed("k", "fourth"))).succeedsWithin(PATIENCE);
            assertThat(asked).containsExactly("first", "fourth");
        }
    }

    /** Slow is not hung: each message of the line is compensated, however long it takes until its turn. */
    @Test
    void aLineThatMovesSlowlyIsWaitedFor() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Producer producer = client.producer(settings(), failure -> {
            never.await(900, TimeUnit.MILLISECONDS);
            return Compensation.ACCEPTED_LOCALLY;
        });

        List<CompletableFuture<SendReceipt>> line = IntStream.range(0, 10)
                .mapToObj(i -> producer.sendAsync(keyed("k", "m" + i)))
                .toList();

        assertThat(line).allSatisfy(send -> assertThat(send).succeedsWithin(PATIENCE));
    }

    @Test
    void messagesOfAKeyAreCompensatedInTheirOrderWhenTheirProducerIsClosed() {
        broker.on(RequestCode.SEND_MESSAGE_V2, (request, reply) -> {});
        List<String> compensated = new CopyOnWriteArrayList<>();
        Producer producer = client.producer(settings(), failure -> {
            compensated.add(new String(failure.sentMessage().body(), UTF_8));
            return Compensation.ACCEPTED_LOCALLY;
        });
        List<String> bodies = IntStream.range(0, 500).mapToObj(i -> "m" + i).toList();
        bodies.forEach(body -> producer.sendAsync(keyed("k", body)));

        producer.close();

        assertThat(compensated).isEqualTo(bodies);
    }

    @Test
    void aSendThatFindsNoPlaceIsCompensatedAsOthersAre() throws Exception {
        CountDownLatch full = new CountDownLatch(1);
        Producer producer =
                client.producer(settings().toBuilder().maxInFlight(1).build(), failure -> {
                    if (!failure.attempts().isEmpty()) {
                        full.await(20, TimeUnit.SECONDS);
                    }
                    return Compensation.ACCEPTED_LOCALLY;
                });
        CompletableFuture<SendReceipt> first = producer.sendAsync(message("has the only place"));

        CompletableFuture<SendReceipt> second = producer.sendAsync(message("waits for one"));

        assertThat(second).succeedsWithin(PATIENCE).satisfies(receipt -> {
            assertThat(receipt.status()).isEqualTo(SendStatus.ACCEPTED_LOCALLY);
            assertThat(receipt.attempts()).isEmpty();
        });
        full.countDown();
        assertThat(first).succeedsWithin(PATIENCE);
    }

    /** The journal has a producer of its own, with settings of its own. */
    @Test
    void aMessageThatTheJournalMayNotSendIsSetAsideAndSaidSo() throws Exception {
        StoreAndForward journal = client.storeAndForward(new JournalSettings(
                folder, settings().withMaxMessageBytes(100), 1_000_000, Duration.ofMillis(50), Duration.ofMillis(200)));
        Producer producer = client.producer(settings(), journal);
        producer.send(keyed("k", "x".repeat(101)));
        producer.send(keyed("k", "good"));
        taking();

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(taken).containsExactly("good"));
        assertThat(journal.rejected())
                .extracting(message -> message.body().length)
                .containsExactly(101);
        assertThat(journal.discardRejected(journal.rejected().get(0))).isTrue();
        assertThat(journal.rejected()).isEmpty();
    }

    /** A missing class, a full stack: whatever a handler throws, later sends of the key must go on. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anErrorOfAHandlerEndsItsSendAndNoOther(boolean whenAskedFirst) {
        SendFailureHandler handler = new SendFailureHandler() {
            @Override
            public Compensation handle(SendFailedException failure) {
                throw new NoClassDefFoundError("scripted");
            }

            @Override
            public boolean holdsBack(Message message) {
                if (whenAskedFirst) {
                    throw new NoClassDefFoundError("scripted");
                }
                return false;
            }
        };
        Producer producer =
                client.producer(settings().toBuilder().maxInFlight(2).build(), handler);

        for (int i = 0; i < 4; i++) {
            assertThat(producer.sendAsync(keyed("k", "m" + i)))
                    .failsWithin(PATIENCE)
                    .withThrowableThat()
                    .withCauseInstanceOf(SendFailedException.class)
                    .satisfies(thrown -> assertThat(thrown.getCause().getSuppressed())
                            .singleElement()
                            .isInstanceOf(NoClassDefFoundError.class));
        }
        assertThatThrownBy(() -> producer.send(keyed("k", "sync"))).isInstanceOf(SendFailedException.class);
    }

    /** The application of the crash test: accepts messages until it is killed, and says so after each. */
    public static final class Application {

        public static void main(String[] args) throws Exception {
            MqClient client = MqClient.create(ClientSettings.of(args[0]));
            StoreAndForward journal = client.storeAndForward(journal(Path.of(args[1])));
            Producer producer = client.producer(settings().withSendTimeout(Duration.ofMillis(20)), journal);
            for (int i = 0; ; i++) {
                SendReceipt receipt = producer.send(keyed("k" + i % 3, i % 3 + ":" + i));
                System.out.println(receipt.status() + " " + receipt.messageId());
            }
        }
    }

    @Test
    void whatWasAcceptedSurvivesAKillOfTheApplication() throws Exception {
        List<String> accepted = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            accepted.addAll(runAndKill(40));
        }
        List<Command> sentAgain = new CopyOnWriteArrayList<>();
        broker.on(RequestCode.SEND_MESSAGE_V2, (request, reply) -> {
            sentAgain.add(request);
            take(request, reply);
        });

        StoreAndForward journal = client.storeAndForward(journal(folder));

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(journal.waiting()).isZero());
        List<String> again = sentAgain.stream()
                .map(sent -> SendMessageRequest.readV2(sent.fields()))
                .peek(header -> assertThat(header.maybeStored()).isTrue())
                .map(header -> MessageProperties.decode(header.properties()).getOrDefault(PropertyNames.UNIQUE_ID, ""))
                .toList();
        assertThat(again).containsAll(accepted);
        for (int key = 0; key < 3; key++) {
            assertInOrder(key);
        }
    }

    /** Each of the two runs counts from 0. */
    private void assertInOrder(int key) {
        List<Integer> numbers = taken.stream()
                .filter(body -> body.startsWith(key + ":"))
                .map(body -> Integer.valueOf(body.substring(2)))
                .toList();
        int start = numbers.lastIndexOf(key);
        assertThat(start).isPositive();
        assertThat(numbers.subList(0, start)).isSorted();
        assertThat(numbers.subList(start, numbers.size())).isSorted();
    }

    private List<String> runAndKill(int messages) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Application.class.getName(),
                        nameServer.address(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            List<String> accepted = new ArrayList<>();
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith("ACCEPTED_LOCALLY ")) {
                    accepted.add(line.substring("ACCEPTED_LOCALLY ".length()));
                }
                if (accepted.size() == messages) {
                    // SIGKILL: nothing is told, nothing is closed there; and by its handle, so that its output stays
                    // open here.
                    process.toHandle().destroyForcibly();
                }
            }
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(accepted).hasSizeGreaterThanOrEqualTo(messages);
            return accepted;
        } finally {
            process.destroyForcibly();
        }
    }
}
