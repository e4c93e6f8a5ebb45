package io.reliablemq.client.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.BatchFailedException;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.Compression;
import io.reliablemq.client.api.Compression.Format;
import io.reliablemq.client.api.NoReplyException;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.RecallFailedException;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendQueue;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.TransactionListener;
import io.reliablemq.client.api.TransactionOutcome;
import io.reliablemq.client.api.TransactionProducer;
import io.reliablemq.client.api.TransactionReceipt;
import io.reliablemq.client.api.WhenFull;
import io.reliablemq.client.compression.BodyFormat;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.client.testing.ScriptedServer;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.PushReplyRequest;
import io.reliablemq.protocol.header.RecallMessageResponse;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.header.SendMessageResponse;
import io.reliablemq.protocol.message.BatchLayout;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.RecallHandle;
import io.reliablemq.protocol.message.SystemFlag;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a producer offers beyond a plain send, against a scripted broker over real sockets. */
class ProducerFeaturesTest {

    private static final ProducerSettings SETTINGS = ProducerSettings.of("pg").withSendTimeout(Duration.ofSeconds(5));

    private final CloseStack open = new CloseStack();
    private final EventLoops loops = open.push(EventLoops.create("test-io", 2));
    private final Routes routes = new Routes();
    private MqClient client;
    private ScriptedServer broker;

    @BeforeEach
    void start() {
        ScriptedServer nameServer = open.push(new ScriptedServer(loops).on(RequestCode.GET_ROUTE_BY_TOPIC, routes));
        broker = open.push(new ScriptedServer(loops)
                .on(RequestCode.HEART_BEAT, (request, reply) -> reply.send(Command.success()))
                .on(RequestCode.UNREGISTER_CLIENT, (request, reply) -> reply.send(Command.success()))
                .on(RequestCode.SEND_MESSAGE_V2, ProducerFeaturesTest::ok)
                .on(RequestCode.SEND_BATCH_MESSAGE, ProducerFeaturesTest::ok));
        routes.put("T", Routes.route(4, Map.of("broker-a", broker.address())));
        client = open.push(MqClient.create(ClientSettings.of(nameServer.address())));
    }

    @AfterEach
    void stop() throws Exception {
        open.close();
    }

    private static void ok(Command request, Reply reply) {
        int queueId = SendMessageRequest.readV2(request.fields()).queueId();
        reply.send(Command.success(new SendMessageResponse("ID", queueId, 42, null, null).fields()));
    }

    private static Message message(String body) {
        return Message.of("T", body.getBytes(StandardCharsets.UTF_8));
    }

    private static Message keyed(String body) {
        return Message.builder("T")
                .orderingKey("k")
                .body(body.getBytes(StandardCharsets.UTF_8))
                .build();
    }

    private static String text(Command request) {
        return new String(request.body().toByteArray(), StandardCharsets.UTF_8);
    }

    private List<Command> sends() {
        return broker.received(RequestCode.SEND_MESSAGE_V2);
    }

    @Test
    void cutsBatchesToTheSizeLimitAndTellsWhereEachMessageIs() {
        Producer producer = client.producer(SETTINGS.withMaxMessageBytes(1000));
        List<Message> messages = IntStream.range(0, 10)
                .mapToObj(i -> message(i + "-" + "x".repeat(200)))
                .toList();

        List<SendReceipt> receipts = producer.sendBatch(messages);

        List<Command> batches = broker.received(RequestCode.SEND_BATCH_MESSAGE);
        assertThat(batches).hasSize(3).allSatisfy(batch -> {
            assertThat(batch.body().size()).isLessThanOrEqualTo(1000);
            assertThat(SendMessageRequest.readV2(batch.fields()).batch()).isTrue();
        });
        List<String> ids = new ArrayList<>();
        for (Command batch : batches) {
            BatchLayout.decode(batch.body().toByteArray())
                    .forEach(entry -> ids.add(entry.properties().get(PropertyNames.UNIQUE_ID)));
        }
        sends().forEach(single -> ids.add(MessageProperties.decode(
                        SendMessageRequest.readV2(single.fields()).properties())
                .get(PropertyNames.UNIQUE_ID)));
        assertThat(receipts).hasSize(10).extracting(SendReceipt::messageId).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(receipts.get(1).queueOffset()).isEqualTo(43);
    }

    @Test
    void tellsOfEachMessageOfABatchWhatBecameOfIt() {
        broker.on(RequestCode.SEND_BATCH_MESSAGE, (request, reply) -> {
            String first = BatchLayout.decode(request.body().toByteArray())
                    .get(0)
                    .properties()
                    .get(PropertyNames.SHARDING_KEY);
            if ("bad".equals(first)) {
                reply.send(Command.failure(ResponseCode.MESSAGE_ILLEGAL, "scripted"));
            } else {
                ok(request, reply);
            }
        });
        List<Message> messages = new ArrayList<>();
        for (String key : List.of("good", "bad", "good", "bad")) {
            messages.add(Message.builder("T").orderingKey(key).body(new byte[1]).build());
        }

        assertThatThrownBy(() -> client.producer(SETTINGS).sendBatch(messages))
                .isInstanceOfSatisfying(
                        BatchFailedException.class,
                        failed -> assertThat(failed.results())
                                .extracting(result -> result.failure() == null)
                                .containsExactly(true, false, true, false));
    }

    @Test
    void refusesBatchesThatNoBrokerTakes() {
        Producer producer = client.producer(SETTINGS);

        assertThatIllegalArgumentException().isThrownBy(() -> producer.sendBatch(List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> producer.sendBatch(List.of(message("a"), Message.of("U", new byte[1]))))
                .withMessageContaining("'U'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> producer.sendBatch(List.of(
                        Message.builder("T").body(new byte[1]).delayLevel(1).build())));
        assertThat(broker.received(RequestCode.SEND_BATCH_MESSAGE)).isEmpty();
    }

    @Test
    void aLaterSendOfAKeyWaitsForTheRetryOfAnEarlierOne() throws Exception {
        List<String> arrived = new CopyOnWriteArrayList<>();
        broker.on(RequestCode.SEND_MESSAGE_V2, (request, reply) -> {
            arrived.add(text(request));
            if (arrived.size() <= 2) {
                reply.send(Command.failure(ResponseCode.SYSTEM_BUSY, "scripted"));
            } else {
                ok(request, reply);
            }
        });
        Producer producer = client.producer(SETTINGS);

        List<CompletableFuture<SendReceipt>> sent = IntStream.range(0, 50)
                .mapToObj(i -> producer.sendAsync(keyed("m" + i)))
                .toList();
        CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);

        List<String> expected = new ArrayList<>(List.of("m0", "m0"));
        IntStream.range(0, 50).forEach(i -> expected.add("m" + i));
        assertThat(arrived).isEqualTo(expected);
        assertThat(sent)
                .extracting(done -> done.join().queueId())
                .containsOnly(sent.get(0).join().queueId());
    }

    @Test
    void keysDoNotWaitForEachOtherAndAFailureLetsTheNextGo() throws Exception {
        LinkedBlockingQueue<Reply> held = new LinkedBlockingQueue<>();
        broker.on(RequestCode.SEND_MESSAGE_V2, (request, reply) -> {
            if (text(request).equals("first")) {
                held.add(reply);
            } else {
                ok(request, reply);
            }
        });
        Producer producer = client.producer(SETTINGS);

        CompletableFuture<SendReceipt> first = producer.sendAsync(keyed("first"));
        CompletableFuture<SendReceipt> second = producer.sendAsync(keyed("second"));
        producer.sendAsync(message("another")).get(5, TimeUnit.SECONDS);
        assertThat(second).isNotDone();
        held.take().send(Command.failure(ResponseCode.MESSAGE_ILLEGAL, "scripted"));

        assertThatThrownBy(() -> first.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(SendFailedException.class);
        second.get(5, TimeUnit.SECONDS);
    }

    @Test
    void sendsToTheChosenQueueAndToNoOther() {
        Producer producer = client.producer(SETTINGS);
        List<SendQueue> queues = producer.queues("T");
        assertThat(queues).hasSize(4);

        for (SendQueue queue : queues) {
            assertThat(producer.send(message("x"), queue).queueId()).isEqualTo(queue.queueId());
        }

        assertThatThrownBy(() -> producer.send(message("x"), new SendQueue("T", "gone", 0)))
                .isInstanceOf(SendFailedException.class)
                .hasMessageContaining("gone");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> producer.send(message("x"), new SendQueue("U", "broker-a", 0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> producer.sendAsync(
                        Message.builder("T").priority(9).body(new byte[1]).build(), new SendQueue("T", "broker-a", 0)))
                .withMessageContaining("priority 9")
                .withMessageContaining("broker-a");
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void compressesBodiesAboveTheThreshold(Format format) throws Exception {
        Producer producer = client.producer(SETTINGS.withCompression(new Compression(format, 100)));
        byte[] large = "abc".repeat(1000).getBytes(StandardCharsets.UTF_8);

        producer.send(Message.of("T", new byte[100]));
        producer.send(Message.of("T", large));

        SendMessageRequest small = SendMessageRequest.readV2(sends().get(0).fields());
        assertThat(small.systemFlag()).isZero();
        SendMessageRequest compressed = SendMessageRequest.readV2(sends().get(1).fields());
        byte[] body = sends().get(1).body().toByteArray();
        assertThat(compressed.systemFlag() & SystemFlag.COMPRESSED).isNotZero();
        assertThat(body.length).isLessThan(large.length / 2);
        assertThat(BodyFormat.inflate(compressed.systemFlag(), body)).isEqualTo(large);
    }

    @Test
    void marksAttemptsThatTheBrokerMayHoldAlready() {
        broker.on(RequestCode.SEND_MESSAGE_V2, (request, reply) -> {
            int seen = sends().size();
            if (seen == 1) {
                reply.send(Command.failure(ResponseCode.SYSTEM_BUSY, "scripted"));
            } else if (seen == 2) {
                reply.connection().close();
            } else {
                ok(request, reply);
            }
        });
        Producer producer = client.producer(SETTINGS);

        SendReceipt receipt = producer.send(message("x"));

        assertThat(sends())
                .extracting(sent -> SendMessageRequest.readV2(sent.fields()).maybeStored())
                .containsExactly(false, false, true);
        assertThat(sends())
                .extracting(sent -> MessageProperties.decode(
                                SendMessageRequest.readV2(sent.fields()).properties())
                        .get(PropertyNames.UNIQUE_ID))
                .containsOnly(receipt.messageId());
    }

    @Test
    void failsAtOnceWhenFullWhereThatWasChosen() throws Exception {
        LinkedBlockingQueue<Reply> held = new LinkedBlockingQueue<>();
        broker.on(RequestCode.SEND_MESSAGE_V2, (request, reply) -> held.add(reply));
        Producer producer = client.producer(
                SETTINGS.toBuilder().maxInFlight(1).whenFull(WhenFull.FAIL).build());
        CompletableFuture<SendReceipt> first = producer.sendAsync(message("x"));

        assertThatThrownBy(() -> producer.sendAsync(message("y")).get(1, TimeUnit.SECONDS))
                .hasCauseInstanceOf(SendFailedException.class)
                .hasMessageContaining("1 sends are in flight");

        held.take().send(Command.success(new SendMessageResponse("ID", 0, 1, null, null).fields()));
        first.get(5, TimeUnit.SECONDS);
    }

    @Test
    void callsBackWhatWaits() {
        String handle = new RecallHandle("T", "broker-a", 5, "the-id").encode();
        broker.on(
                RequestCode.SEND_MESSAGE_V2,
                (request, reply) ->
                        reply.send(Command.success(new SendMessageResponse("ID", 0, 1, "the-id", handle).fields())));
        broker.on(
                RequestCode.RECALL_MESSAGE,
                (request, reply) -> reply.send(Command.success(new RecallMessageResponse("the-id").fields())));
        Producer producer = client.producer(SETTINGS);

        SendReceipt receipt = producer.send(Message.builder("T")
                .body(new byte[1])
                .deliverAt(Instant.now().plusSeconds(60))
                .build());
        assertThat(receipt.recallHandle()).isEqualTo(handle);
        assertThat(producer.recall("T", handle)).isEqualTo("the-id");

        broker.on(
                RequestCode.RECALL_MESSAGE,
                (request, reply) -> reply.send(Command.failure(ResponseCode.ILLEGAL_OPERATION, "too late")));
        assertThatThrownBy(() -> producer.recall("T", handle))
                .isInstanceOf(RecallFailedException.class)
                .hasMessageContaining("too late");
        assertThatIllegalArgumentException().isThrownBy(() -> producer.recall("T", "nonsense"));
        assertThatIllegalArgumentException().isThrownBy(() -> producer.recall("U", handle));
    }

    /** Answers a request over the connection that it came on, as a broker does for the one who replies. */
    private static RequestHandler replying(String text) {
        return (request, reply) -> {
            ok(request, reply);
            SendMessageRequest asked = SendMessageRequest.readV2(request.fields());
            reply.connection()
                    .invoke(
                            Command.request(
                                    RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT,
                                    new PushReplyRequest(asked, "127.0.0.1:1", "127.0.0.1:2", 7).fields(),
                                    Body.ofUtf8(text)),
                            Duration.ofSeconds(5));
        };
    }

    @Test
    void aRequestGetsItsReply() throws Exception {
        broker.on(RequestCode.SEND_MESSAGE_V2, replying("the reply"));

        Producer producer = client.producer(SETTINGS);
        ReceivedMessage reply = producer.request(message("question"), Duration.ofSeconds(5));

        assertThat(new String(reply.body(), StandardCharsets.UTF_8)).isEqualTo("the reply");
        assertThat(reply.property(PropertyNames.CORRELATION_ID)).isNotBlank();
        Map<String, String> asked = MessageProperties.decode(
                SendMessageRequest.readV2(sends().get(0).fields()).properties());
        assertThat(asked).containsEntry("TTL", "5000").containsKey(PropertyNames.REPLY_TO_CLIENT);
        assertThat(broker.received(RequestCode.HEART_BEAT)).isNotEmpty();
    }

    @Test
    void aRequestWithoutReplyEndsInTimeAndTellsWhereItIs() {
        Producer producer = client.producer(SETTINGS);

        assertThatThrownBy(() -> producer.request(message("question"), Duration.ofMillis(100)))
                .isInstanceOfSatisfying(
                        NoReplyException.class,
                        error -> assertThat(error.receipt().queueOffset()).isEqualTo(42));
        broker.on(
                RequestCode.SEND_MESSAGE_V2,
                (request, reply) -> reply.send(Command.failure(ResponseCode.MESSAGE_ILLEGAL, "scripted")));
        assertThatThrownBy(() -> producer.requestAsync(message("question"), Duration.ofSeconds(5))
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(SendFailedException.class);
        await().untilAsserted(() -> assertThat(sends()).hasSize(2));
    }

    @Test
    void repliesToTheOneWhoAsked() {
        routes.put("C_REPLY_TOPIC", Routes.route(1, Map.of("broker-a", broker.address())));
        broker.on(RequestCode.SEND_REPLY_MESSAGE_V2, ProducerFeaturesTest::ok);
        Producer producer = client.producer(SETTINGS);
        Map<String, String> properties =
                Map.of("CLUSTER", "C", "CORRELATION_ID", "c-1", "REPLY_TO_CLIENT", "asker", "TTL", "3000");

        producer.reply(received(properties), new byte[] {1});

        SendMessageRequest header = SendMessageRequest.readV2(
                broker.received(RequestCode.SEND_REPLY_MESSAGE_V2).get(0).fields());
        assertThat(header.topic()).isEqualTo("C_REPLY_TOPIC");
        assertThat(MessageProperties.decode(header.properties()))
                .containsEntry("CORRELATION_ID", "c-1")
                .containsEntry("REPLY_TO_CLIENT", "asker")
                .containsEntry("MSG_TYPE", "reply");
        assertThatIllegalArgumentException().isThrownBy(() -> producer.reply(received(Map.of()), new byte[1]));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRequestEndsWhenItsProducerOrItsClientIsClosed(boolean wholeClient) {
        Producer producer = client.producer(SETTINGS);
        CompletableFuture<ReceivedMessage> async = producer.requestAsync(message("question"), Duration.ofMinutes(5));
        CompletableFuture<ReceivedMessage> sync =
                CompletableFuture.supplyAsync(() -> producer.request(message("question"), Duration.ofMinutes(5)));
        await().untilAsserted(() -> assertThat(sends()).hasSize(2));

        if (wholeClient) {
            client.close();
        } else {
            producer.close();
        }

        for (CompletableFuture<ReceivedMessage> asked : List.of(async, sync)) {
            assertThat(asked)
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withMessageContaining("closed before the reply came");
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {ResponseCode.FLUSH_DISK_TIMEOUT, ResponseCode.FLUSH_SLAVE_TIMEOUT, ResponseCode.SLAVE_NOT_AVAILABLE
            })
    void aReplyThatWasDeliveredIsSentHoweverItWasStored(int code) {
        broker.on(
                RequestCode.SEND_REPLY_MESSAGE_V2,
                (request, reply) -> reply.send(Command.response(
                        code, null, new SendMessageResponse("ID", 0, 1, null, null).fields(), Body.EMPTY)));
        routes.put("C_REPLY_TOPIC", Routes.route(1, Map.of("broker-a", broker.address())));
        Map<String, String> properties =
                Map.of("CORRELATION_ID", "c-1", "REPLY_TO_CLIENT", "asker", "TTL", "3000", PropertyNames.CLUSTER, "C");

        SendReceipt receipt = client.producer(SETTINGS).reply(received(properties), new byte[] {1});

        assertThat(receipt.attempts()).hasSize(1);
        assertThat(broker.received(RequestCode.SEND_REPLY_MESSAGE_V2)).hasSize(1);
    }

    @Test
    void aReplyThatComesTwiceWasDelivered() throws Exception {
        List<CompletableFuture<Command>> told = new CopyOnWriteArrayList<>();
        broker.on(RequestCode.SEND_MESSAGE_V2, (request, reply) -> {
            ok(request, reply);
            SendMessageRequest asked = SendMessageRequest.readV2(request.fields());
            Command pushed = Command.request(
                    RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT,
                    new PushReplyRequest(asked, "127.0.0.1:1", "127.0.0.1:2", 7).fields(),
                    Body.ofUtf8("reply"));
            for (int i = 0; i < 2; i++) {
                told.add(reply.connection().invoke(pushed, Duration.ofSeconds(5)));
            }
        });

        client.producer(SETTINGS).request(message("question"), Duration.ofSeconds(5));

        for (CompletableFuture<Command> answer : told) {
            assertThat(answer.get(5, TimeUnit.SECONDS).code()).isEqualTo(ResponseCode.SUCCESS);
        }
    }

    /** Not on the one whose answers would free the place. */
    @Test
    void aRequestWaitsForItsPlaceOnTheThreadOfWhoeverAsks() throws Exception {
        LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
        broker.on(RequestCode.SEND_MESSAGE_V2, (request, reply) -> {
            if (text(request).equals("held")) {
                held.add(() -> ok(request, reply));
            } else {
                ok(request, reply);
            }
        });
        Duration patience = Duration.ofSeconds(20);
        Duration longer = patience.multipliedBy(3);
        Producer full = client.producer(
                SETTINGS.withSendTimeout(longer).toBuilder().maxInFlight(1).build());
        full.sendAsync(message("held"));
        await().atMost(patience).untilAsserted(() -> assertThat(held).hasSize(1));
        CompletableFuture<ReceivedMessage> asked = CompletableFuture.supplyAsync(() ->
                full.requestAsync(message("question"), Duration.ofMillis(1)).join());
        // The request goes on when this is answered.
        await().atMost(patience)
                .untilAsserted(() ->
                        assertThat(broker.received(RequestCode.HEART_BEAT)).isNotEmpty());

        Producer other = client.producer(ProducerSettings.of("other").withSendTimeout(patience));
        assertThat(other.send(message("of another")).attempts()).hasSize(1);

        assertThat(asked).isNotDone();
        held.take().run();
        assertThat(asked).failsWithin(patience);
    }

    /** Answers nothing, and says so. */
    private static final class Silent implements TransactionListener {

        @Override
        @SuppressWarnings("NullAway") // What an application may do all the same.
        public TransactionOutcome execute(Message message, @Nullable Object argument) {
            return null;
        }

        @Override
        public TransactionOutcome check(ReceivedMessage message) {
            return TransactionOutcome.UNKNOWN;
        }
    }

    @Test
    void aGroupHasOneTransactionListenerInAClient() throws Exception {
        TransactionListener listener = new Silent();
        TransactionProducer first = client.transactionProducer(SETTINGS, listener);
        TransactionProducer second = client.transactionProducer(SETTINGS, listener);

        assertThatThrownBy(() -> client.transactionProducer(SETTINGS, new Silent()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'pg'");
        first.close();
        assertThatThrownBy(() -> client.transactionProducer(SETTINGS, new Silent()))
                .isInstanceOf(IllegalStateException.class);
        second.close();
        client.transactionProducer(SETTINGS, new Silent()).close();
    }

    @Test
    void aListenerThatReturnsNullHasNotToldYet() {
        TransactionReceipt receipt =
                client.transactionProducer(SETTINGS, new Silent()).send(message("half"), null);

        assertThat(receipt.outcome()).isEqualTo(TransactionOutcome.UNKNOWN);
    }

    private static ReceivedMessage received(Map<String, String> properties) {
        return new ReceivedMessage(
                "T", "id", "", "broker-a", 0, 0, 0, Instant.EPOCH, Instant.EPOCH, 0, properties, new byte[0]);
    }
}
