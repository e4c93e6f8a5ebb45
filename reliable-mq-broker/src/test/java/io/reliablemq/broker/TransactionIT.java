package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.protocol.body.Heartbeat;
import io.reliablemq.protocol.body.Heartbeat.ProducerEntry;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.CheckTransactionRequest;
import io.reliablemq.protocol.header.EndTransactionRequest;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.message.SystemFlag;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions of a broker on real files over real sockets. */
class TransactionIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int COMMIT = SystemFlag.TRANSACTION_COMMIT;
    private static final int ROLLBACK = SystemFlag.TRANSACTION_ROLLBACK;

    @TempDir
    Path folder;

    private final WireClient wire = new WireClient();
    private Broker broker;
    private Duration timeout = Duration.ofMinutes(5);

    @BeforeEach
    void start() {
        broker = Broker.start(properties().toSettings());
    }

    @AfterEach
    void stop() {
        wire.close();
        broker.close();
    }

    private BrokerProperties properties() {
        BrokerProperties properties = LocalProperties.in(folder);
        properties.setName("broker-a");
        properties.setMessageDelayLevel("100ms 200ms 5m");
        properties.setTransactionTimeout(timeout);
        properties.setTransactionCheckInterval(Duration.ofMillis(200));
        properties.setTransactionCheckMax(3);
        return properties;
    }

    private void restart() {
        broker.close();
        broker = Broker.start(properties().toSettings());
    }

    private Command half(String id, Map<String, String> more) {
        Map<String, String> properties =
                new HashMap<>(Map.of("UNIQ_KEY", id, "TRAN_MSG", "true", "PGROUP", "producers"));
        properties.putAll(more);
        return wire.send(
                broker.address(), "orders", 1, "body of " + id, properties, SystemFlag.TRANSACTION_PREPARED, false);
    }

    private Command end(Command half, int decision, String group) {
        String msgId = String.valueOf(half.fields().get("msgId"));
        long position = Long.parseLong(msgId.substring(msgId.length() - 16), 16);
        long offset = Long.parseLong(String.valueOf(half.fields().get("queueOffset")));
        String id = String.valueOf(half.fields().get("transactionId"));
        return wire.answer(
                broker.address(),
                Command.request(
                        RequestCode.END_TRANSACTION,
                        new EndTransactionRequest("orders", group, offset, position, decision, false, id, id, null)
                                .fields()));
    }

    private List<StoredMessage> delivered() {
        return wire.messages(broker.address(), "orders", 1, 0);
    }

    private double figure(String name) {
        return broker.figures().read().stream()
                .filter(figure -> figure.name().equals(name))
                .mapToDouble(Figure::value)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void deliversWhatIsCommittedAndNothingElse() {
        Command committed = half("id-1", Map.of("TAGS", "a"));
        Command rolledBack = half("id-2", Map.of());
        Command open = half("id-3", Map.of());
        assertThat(committed.fields())
                .containsEntry("queueId", "1")
                .containsEntry("queueOffset", "0")
                .containsEntry("transactionId", "id-1");
        assertThat(delivered()).isEmpty();

        assertThat(end(committed, COMMIT, "producers").code()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(end(rolledBack, ROLLBACK, "producers").code()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(end(open, 0, "producers").code()).isEqualTo(ResponseCode.SUCCESS);

        assertThat(delivered()).singleElement().satisfies(message -> {
            assertThat(WireClient.text(message)).isEqualTo("body of id-1");
            assertThat(message.systemFlag() & SystemFlag.TRANSACTION_BITS).isEqualTo(COMMIT);
            assertThat(message.preparedPosition()).isNotZero();
            assertThat(message.properties())
                    .containsEntry("TAGS", "a")
                    .containsEntry("UNIQ_KEY", "id-1")
                    .containsEntry("TRAN_MSG", "true")
                    .doesNotContainKeys("REAL_TOPIC", "REAL_QID");
        });
        assertThat(figure("reliable.mq.broker.transactions.open")).isEqualTo(1);
    }

    @Test
    void endsATransactionOnceAcrossARestart() {
        Command first = half("id-1", Map.of());
        Command second = half("id-2", Map.of());
        end(first, COMMIT, "producers");
        assertThat(end(first, COMMIT, "producers").code()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(end(first, ROLLBACK, "producers").code()).isEqualTo(ResponseCode.SYSTEM_ERROR);

        restart();

        assertThat(end(first, COMMIT, "producers").code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(end(second, COMMIT, "others").code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(end(second, COMMIT, "producers").code()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(delivered()).extracting(WireClient::text).containsExactly("body of id-1", "body of id-2");
        assertThat(figure("reliable.mq.broker.transactions.open")).isZero();
    }

    @Test
    void aDelayBeginsWithTheCommit() {
        Command level = half("id-1", Map.of("DELAY", "2"));
        Command timer = half("id-2", Map.of("TIMER_DELAY_MS", "300"));
        Command tooFar = half("id-3", Map.of("TIMER_DELAY_SEC", "99999999"));
        assertThat(tooFar.code()).isEqualTo(ResponseCode.MESSAGE_ILLEGAL);

        end(level, COMMIT, "producers");
        end(timer, COMMIT, "producers");

        assertThat(delivered()).isEmpty();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(delivered()).hasSize(2));
    }

    @Test
    void asksTheProducerAndEndsAsItSays() throws Exception {
        timeout = Duration.ofMillis(100);
        restart();
        joinAsProducer();
        Command half = half("id-1", Map.of());

        Command question = wire.fromBroker.poll(20, TimeUnit.SECONDS);

        assertThat(question).isNotNull();
        assertThat(question.code()).isEqualTo(RequestCode.CHECK_TRANSACTION_STATE);
        CheckTransactionRequest header = CheckTransactionRequest.read(question.fields());
        assertThat(header.halfOffset()).isZero();
        assertThat(header.transactionId()).isEqualTo("id-1");
        StoredMessage shown = MessageLayout.decodeAll(question.body().buffer()).get(0);
        assertThat(shown.topic()).isEqualTo("orders");
        assertThat(shown.queueId()).isEqualTo(1);
        assertThat(shown.property("PGROUP")).isEqualTo("producers");
        assertThat(end(half, COMMIT, "producers").code()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(delivered()).hasSize(1);
    }

    @Test
    void setsAsideWhatNobodyEnds() {
        timeout = Duration.ofMillis(100);
        restart();
        joinAsProducer();
        Command half = half("id-1", Map.of());

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(figure("reliable.mq.broker.transactions.undecided"))
                        .isEqualTo(1));

        assertThat(figure("reliable.mq.broker.transactions.checks")).isEqualTo(3);
        assertThat(figure("reliable.mq.broker.transactions.open")).isZero();
        assertThat(end(half, COMMIT, "producers").remarkText()).contains("UNDECIDED");
        assertThat(delivered()).isEmpty();
        restart();
        assertThat(figure("reliable.mq.broker.transactions.open")).isZero();
    }

    @Test
    void aProducerThatIsAwayIsAskedWhenItIsBack() throws Exception {
        timeout = Duration.ofMillis(50);
        restart();
        Command half = half("id-1", Map.of());
        await().during(Duration.ofSeconds(1))
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(figure("reliable.mq.broker.transactions.open"))
                        .isEqualTo(1));

        joinAsProducer();

        assertThat(wire.fromBroker.poll(20, TimeUnit.SECONDS)).isNotNull();
        assertThat(end(half, ROLLBACK, "producers").code()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(delivered()).isEmpty();
    }

    private void joinAsProducer() {
        wire.answer(
                broker.address(),
                Command.request(
                        RequestCode.HEART_BEAT,
                        Map.of(),
                        JsonBodies.write(
                                new Heartbeat("client-1", List.of(new ProducerEntry("producers")), List.of()))));
    }

    @Test
    void theAccountsOfAGroupAddUp() {
        wire.heartbeat(broker.address(), "c", "readers", "orders", "*", 1);
        for (int i = 0; i < 6; i++) {
            Command half = half("id-" + i, i % 3 == 1 ? Map.of("DELAY", "1") : Map.of());
            if (i % 2 == 0) {
                end(half, COMMIT, "producers");
            } else {
                end(half, ROLLBACK, "producers");
            }
        }

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(delivered()).hasSize(3);
            assertThat(broker.accounts().get("readers"))
                    .isNotNull()
                    .satisfies(account -> assertThat(account.appended()).isEqualTo(3))
                    .satisfies(account -> assertThat(account.unaccounted()).isZero());
        });
    }
}
