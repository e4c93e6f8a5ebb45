package io.reliablemq.client.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.TransactionListener;
import io.reliablemq.client.api.TransactionOutcome;
import io.reliablemq.client.api.TransactionReceipt;
import io.reliablemq.client.testing.LogCapture;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.client.testing.ScriptedServer;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.EndTransactionRequest;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.header.SendMessageResponse;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.SystemFlag;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RequestHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a broker is told that a transaction has ended, against a scripted one over real sockets. */
class TransactingProducerTest {

    private static final Message MESSAGE = Message.of("T", new byte[] {1});

    private final CloseStack open = new CloseStack();
    private final EventLoops loops = open.push(EventLoops.create("test-io", 2));
    private final Routes routes = new Routes();
    private final AtomicInteger executed = new AtomicInteger();
    private ScriptedServer broker;
    private MqClient client;

    @BeforeEach
    void start() {
        ScriptedServer nameServer = open.push(new ScriptedServer(loops).on(RequestCode.GET_ROUTE_BY_TOPIC, routes));
        broker = open.push(new ScriptedServer(loops)
                .on(RequestCode.HEART_BEAT, (request, reply) -> reply.send(Command.success()))
                .on(RequestCode.UNREGISTER_CLIENT, (request, reply) -> reply.send(Command.success()))
                .on(
                        RequestCode.SEND_MESSAGE_V2,
                        (request, reply) -> reply.send(Command.success(
                                new SendMessageResponse("7F0000010000277F0000000000000123", 1, 42, null, null)
                                        .fields()))));
        routes.put("T", Routes.route(4, Map.of("broker-a", broker.address())));
        client = open.push(MqClient.create(ClientSettings.of(nameServer.address())));
    }

    @AfterEach
    void stop() throws Exception {
        open.close();
    }

    private TransactionReceipt send(Duration timeout, Callable<TransactionOutcome> transaction) {
        TransactionListener listener = new TransactionListener() {
            @Override
            public TransactionOutcome execute(Message message, @Nullable Object argument) throws Exception {
                executed.incrementAndGet();
                return transaction.call();
            }

            @Override
            public TransactionOutcome check(ReceivedMessage half) {
                throw new AssertionError("No broker has asked");
            }
        };
        return client.transactionProducer(ProducerSettings.of("pg").withSendTimeout(timeout), listener)
                .send(MESSAGE, null);
    }

    private TransactionReceipt send(Callable<TransactionOutcome> transaction) {
        return send(Duration.ofSeconds(10), transaction);
    }

    private List<EndTransactionRequest> ends() {
        return broker.received(RequestCode.END_TRANSACTION).stream()
                .map(request -> EndTransactionRequest.read(request.fields()))
                .toList();
    }

    /** The first requests are answered so, all others as they should be. */
    private void afterFirst(int times, RequestHandler broken) {
        AtomicInteger left = new AtomicInteger(times);
        broker.on(RequestCode.END_TRANSACTION, (request, reply) -> {
            if (left.getAndDecrement() > 0) {
                broken.handle(request, reply);
            } else {
                reply.send(Command.success());
            }
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"COMMIT", "ROLLBACK"})
    void tellsWhichHalfMessageEndedHow(TransactionOutcome outcome) {
        afterFirst(0, (request, reply) -> {});

        TransactionReceipt receipt = send(() -> outcome);

        assertThat(receipt.outcome()).isEqualTo(outcome);
        assertThat(receipt.confirmed()).isTrue();
        assertThat(receipt.detail()).isEmpty();
        assertThat(ends())
                .containsExactly(new EndTransactionRequest(
                        "T",
                        "pg",
                        42,
                        0x123,
                        outcome == TransactionOutcome.COMMIT
                                ? SystemFlag.TRANSACTION_COMMIT
                                : SystemFlag.TRANSACTION_ROLLBACK,
                        false,
                        receipt.half().messageId(),
                        receipt.half().messageId(),
                        "broker-a"));
        SendMessageRequest half = SendMessageRequest.readV2(
                broker.received(RequestCode.SEND_MESSAGE_V2).get(0).fields());
        assertThat(half.systemFlag() & SystemFlag.TRANSACTION_BITS).isEqualTo(SystemFlag.TRANSACTION_PREPARED);
        assertThat(MessageProperties.decode(half.properties()))
                .containsEntry(PropertyNames.TRANSACTION_PREPARED, "true")
                .containsEntry(PropertyNames.PRODUCER_GROUP, "pg");
    }

    @Test
    void tellsItAgainUntilTheBrokerConfirms() {
        AtomicInteger times = new AtomicInteger();
        afterFirst(2, (request, reply) -> {
            if (times.incrementAndGet() == 1) {
                reply.send(Command.failure(ResponseCode.SYSTEM_BUSY, "scripted"));
            } else {
                reply.connection().close();
            }
        });

        TransactionReceipt receipt = send(() -> TransactionOutcome.COMMIT);

        assertThat(receipt.confirmed()).isTrue();
        assertThat(receipt.detail()).isEmpty();
        assertThat(ends()).hasSize(3);
        assertThat(ends().stream().distinct()).as("the same each time").hasSize(1);
        assertThat(executed).as("local transactions").hasValue(1);
    }

    @Test
    void aBrokerThatRefusesThreeTimesHasNotConfirmed() {
        afterFirst(10, (request, reply) -> reply.send(Command.failure(ResponseCode.SYSTEM_BUSY, "scripted")));

        try (LogCapture log = new LogCapture(TransactingProducer.class.getName())) {
            TransactionReceipt receipt = send(() -> TransactionOutcome.COMMIT);

            assertThat(receipt.outcome()).isEqualTo(TransactionOutcome.COMMIT);
            assertThat(receipt.confirmed()).isFalse();
            assertThat(receipt.detail()).contains("code " + ResponseCode.SYSTEM_BUSY, "scripted");
            assertThat(log.from(Level.WARN))
                    .singleElement()
                    .satisfies(line -> assertThat(line.getFormattedMessage())
                            .contains(receipt.half().messageId(), "COMMIT", "scripted"));
        }
        assertThat(ends()).hasSize(3);
    }

    @Test
    void aBrokerThatNeverAnswersIsNotWaitedForLongerThanASend() {
        afterFirst(10, (request, reply) -> {});

        long start = System.nanoTime();
        TransactionReceipt receipt = send(Duration.ofSeconds(2), () -> TransactionOutcome.ROLLBACK);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
        assertThat(receipt.outcome()).isEqualTo(TransactionOutcome.ROLLBACK);
        assertThat(receipt.confirmed()).isFalse();
        assertThat(receipt.detail()).isNotEmpty();
        assertThat(ends()).hasSizeBetween(2, 3);
    }

    /** It may come from behind the commit: the broker has to ask. */
    @Test
    void aTransactionThatThrowsHasNoKnownEnd() {
        try (LogCapture log = new LogCapture(TransactingProducer.class.getName())) {
            TransactionReceipt receipt = send(() -> {
                throw new IOException("the database is gone");
            });

            assertThat(receipt.outcome()).isEqualTo(TransactionOutcome.UNKNOWN);
            assertThat(receipt.confirmed()).isFalse();
            assertThat(receipt.detail()).contains("the database is gone");
            assertThat(receipt.half().queueOffset()).isEqualTo(42);
            assertThat(log.from(Level.ERROR))
                    .singleElement()
                    .satisfies(line -> assertThat(line.getFormattedMessage())
                            .contains(receipt.half().messageId()));
        }
        assertThat(ends()).isEmpty();
    }

    @Test
    void noTransactionRunsWithoutAHalfMessage() {
        broker.on(
                RequestCode.SEND_MESSAGE_V2,
                (request, reply) -> reply.send(Command.failure(ResponseCode.MESSAGE_ILLEGAL, "scripted")));

        assertThatExceptionOfType(SendFailedException.class).isThrownBy(() -> send(() -> TransactionOutcome.COMMIT));

        assertThat(executed).hasValue(0);
        assertThat(ends()).isEmpty();
    }
}
