package io.reliablemq.spring.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageIds.UniqueIds;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.spring.core.OutboxUnavailableException;
import io.reliablemq.spring.fixture.ScriptedBroker;
import io.reliablemq.spring.fixture.ScriptedBroker.Taken;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What the outbox promises, whatever the database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OutboxContract {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final UniqueIds IDS = new UniqueIds();

    private final List<OutboxRelay> relays = new ArrayList<>();
    private final List<HikariDataSource> pools = new ArrayList<>();
    private ScriptedBroker broker;
    private DataSource database;
    private TransactionTemplate transaction;

    /** @return url and user of a database that has, or will have, the tables */
    abstract HikariConfig database();

    abstract String script();

    @BeforeEach
    void prepare() {
        broker = new ScriptedBroker();
        database = pool(true);
        transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
        ResourceDatabasePopulator tables =
                new ResourceDatabasePopulator(new ClassPathResource("io/reliablemq/spring/outbox/" + script()));
        tables.execute(database);
        // A second start runs the script again.
        tables.execute(database);
        JdbcTemplate jdbc = new JdbcTemplate(database);
        jdbc.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY)");
        for (String table :
                List.of("orders", "reliable_mq_outbox", "reliable_mq_outbox_relay", "reliable_mq_outbox_lane")) {
            jdbc.update("DELETE FROM " + table);
        }
    }

    @AfterEach
    void end() {
        relays.forEach(OutboxRelay::stop);
        relays.clear();
        pools.forEach(HikariDataSource::close);
        pools.clear();
    }

    private DataSource pool(boolean autoCommit) {
        HikariConfig config = database();
        config.setAutoCommit(autoCommit);
        config.setMaximumPoolSize(8);
        HikariDataSource pool = new HikariDataSource(config);
        pools.add(pool);
        return pool;
    }

    private static OutboxSettings settings(long maxRows, Duration lease) {
        return new OutboxSettings(
                "reliable_mq_",
                maxRows,
                Duration.ZERO,
                new OutboxSettings.Relay(
                        Duration.ofMillis(50),
                        lease,
                        Duration.ofMillis(500),
                        64,
                        Duration.ofMillis(20),
                        Duration.ofMillis(100)));
    }

    private static OutboxSettings settings() {
        return settings(100_000, Duration.ofSeconds(30));
    }

    private JdbcOutboxParts parts(OutboxSettings settings) {
        return new JdbcOutboxParts(database, settings);
    }

    private OutboxRelay start(JdbcOutboxParts parts) {
        OutboxRelay relay = parts.relay(broker);
        relays.add(relay);
        relay.start();
        return relay;
    }

    private static Message message(String text, String orderingKey) {
        Message.Builder builder = Message.builder("orders")
                .body(text.getBytes(StandardCharsets.UTF_8))
                .tag("created")
                .property("umlaut", "ä€😀");
        if (orderingKey != null) {
            builder.orderingKey(orderingKey);
        }
        return builder.build().withProperty(PropertyNames.UNIQUE_ID, IDS.next());
    }

    private void add(JdbcOutbox outbox, String text, String orderingKey) {
        transaction.executeWithoutResult(status -> outbox.add(message(text, orderingKey)));
    }

    private long rows() {
        return new JdbcTemplate(database).queryForObject("SELECT COUNT(*) FROM reliable_mq_outbox", Long.class);
    }

    @Test
    void commitsWithTheDataAndRollsBackWithIt() {
        JdbcOutboxParts parts = parts(settings());
        JdbcOutbox outbox = parts.outbox();
        start(parts);

        transaction.executeWithoutResult(status -> {
            new JdbcTemplate(database).update("INSERT INTO orders VALUES (1)");
            outbox.add(message("rolled back", null));
            status.setRollbackOnly();
        });
        assertThat(new JdbcTemplate(database).queryForObject("SELECT COUNT(*) FROM orders", Long.class))
                .isZero();
        assertThat(rows()).isZero();

        transaction.executeWithoutResult(status -> {
            new JdbcTemplate(database).update("INSERT INTO orders VALUES (1)");
            outbox.add(message("committed", null));
        });
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isZero());
        assertThat(broker.texts()).containsExactly("committed");
        assertThat(new JdbcTemplate(database).queryForObject("SELECT COUNT(*) FROM orders", Long.class))
                .isOne();
    }

    @Test
    void keepsAMessageAsItIs() {
        JdbcOutboxParts parts = parts(settings());
        Message sent =
                new Message("orders", 7, message("x", "k").properties(), new byte[] {0, 1, (byte) 0x80, (byte) 0xff});
        transaction.executeWithoutResult(status -> parts.outbox().add(sent));
        OutboxTable table = new OutboxTable(database, "reliable_mq_");
        Long id = new JdbcTemplate(database).queryForObject("SELECT id FROM reliable_mq_outbox", Long.class);

        Message read = table.load(List.of(id)).get(0).message();

        assertThat(read).usingRecursiveComparison().isEqualTo(sent);
        assertThat(table.bodySizes(List.of(id, id + 1))).isEqualTo(Map.of(id, 4L));
    }

    @Test
    void sendsEachOnceAndInTheOrderOfItsKey() throws Exception {
        JdbcOutboxParts parts = parts(settings());
        JdbcOutbox outbox = parts.outbox();
        start(parts);
        int keys = 10;
        int each = 60;
        ExecutorService writers = Executors.newFixedThreadPool(4);
        for (int key = 0; key < keys; key++) {
            String name = "k" + key;
            writers.execute(() -> IntStream.range(0, each).forEach(i -> add(outbox, Integer.toString(i), name)));
        }
        writers.shutdown();
        assertThat(writers.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isZero());

        List<String> inOrder =
                IntStream.range(0, each).mapToObj(Integer::toString).toList();
        for (int key = 0; key < keys; key++) {
            assertThat(broker.textsOf("k" + key)).isEqualTo(inOrder);
        }
        assertThat(parts.monitor().figures().sent()).isEqualTo(keys * each);
    }

    @Test
    void holdsBackWhatComesBehindAFailedMessageAndNothingElse() {
        // Pauses that are long beside the statements that write them down, also on a slow machine.
        JdbcOutboxParts parts = parts(new OutboxSettings(
                "reliable_mq_",
                100_000,
                Duration.ZERO,
                new OutboxSettings.Relay(
                        Duration.ofMillis(50),
                        Duration.ofSeconds(30),
                        Duration.ofMillis(500),
                        64,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(8))));
        JdbcOutbox outbox = parts.outbox();
        broker.failingKeys.add("away");
        start(parts);
        // More than a window holds, all in front of the message that can be sent.
        String neighbour = neighbourOf("away");
        transaction.executeWithoutResult(status -> {
            for (int i = 0; i < LaneWindow.SIZE + 50; i++) {
                outbox.add(message("away " + i, "away"));
            }
        });
        await().atMost(PATIENCE).until(() -> broker.failures.get() >= 2);
        add(outbox, "there", neighbour);
        add(outbox, "away last", "away");

        await().atMost(PATIENCE).until(() -> broker.texts().contains("there"));
        assertThat(broker.textsOf("away")).isEmpty();
        broker.failingKeys.clear();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isZero());

        List<String> expected = new ArrayList<>(IntStream.range(0, LaneWindow.SIZE + 50)
                .mapToObj(i -> "away " + i)
                .toList());
        expected.add("away last");
        assertThat(broker.textsOf("away")).isEqualTo(expected);
    }

    /** A key in the same lane. */
    private static String neighbourOf(String key) {
        int lane = Lane.of(Lane.orderHash("orders", key));
        return IntStream.range(0, 10_000)
                .mapToObj(i -> "n" + i)
                .filter(other -> Lane.of(Lane.orderHash("orders", other)) == lane)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void triesOnlyAFewWhileNoBrokerTakesAnything() {
        JdbcOutboxParts parts = parts(settings());
        JdbcOutbox outbox = parts.outbox();
        broker.failingKeys.add("*");
        for (int i = 0; i < 300; i++) {
            add(outbox, Integer.toString(i), i % 2 == 0 ? null : "k" + i);
        }
        start(parts);
        await().atMost(PATIENCE).until(() -> broker.failures.get() >= 80);
        broker.mostAtOnce.set(0);
        int before = broker.failures.get();
        await().atMost(PATIENCE).until(() -> broker.failures.get() >= before + 20);
        assertThat(broker.mostAtOnce.get()).isLessThanOrEqualTo(4);

        broker.failingKeys.clear();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isZero());
        assertThat(new HashSet<>(broker.texts())).hasSize(300);
        assertThat(broker.taken).hasSize(300);
        assertThat(parts.monitor().figures().failedSends()).isGreaterThanOrEqualTo(100);
    }

    @Test
    void parksWhatIsRefusedForGoodAndSendsItAgainOnRequest() {
        JdbcOutboxParts parts = parts(settings());
        JdbcOutbox outbox = parts.outbox();
        broker.refused.add("poison");
        start(parts);
        add(outbox, "before", "k");
        add(outbox, "poison", "k");
        add(outbox, "behind", "k");
        await().atMost(PATIENCE).until(() -> broker.texts().contains("behind"));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isOne());

        ParkedMessages parked = parts.parkedMessages();
        ParkedMessage found = parked.list(10).get(0);
        assertThat(found.reason()).contains("not for me");
        assertThat(found.orderingKey()).isEqualTo("k");
        assertThat(found.tag()).isEqualTo("created");
        assertThat(found.attempts()).isOne();
        assertThat(found.bodyBytes()).isEqualTo(6);
        assertThat(parts.monitor().figures().parked()).isOne();
        assertThat(broker.texts()).containsExactly("before", "behind");

        broker.refused.clear();
        assertThat(parked.resend("no such id")).isFalse();
        assertThat(parked.resend(found.messageId())).isTrue();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isZero());
        assertThat(broker.taken.get(2).messageId()).isEqualTo(found.messageId());
        assertThat(parked.list(10)).isEmpty();
    }

    @Test
    void deletesParkedMessagesOnRequest() {
        JdbcOutboxParts parts = parts(settings());
        broker.refused.add("poison");
        start(parts);
        add(parts.outbox(), "poison", null);
        ParkedMessages parked = parts.parkedMessages();
        await().atMost(PATIENCE).until(() -> !parked.list(1).isEmpty());

        assertThat(parked.delete(parked.list(1).get(0).messageId())).isTrue();
        assertThat(rows()).isZero();
    }

    @Test
    void refusesTheSenderWhenItIsFullAndTakesAgainWhenThereIsRoom() {
        JdbcOutboxParts parts = parts(settings(3, Duration.ofSeconds(30)));
        JdbcOutbox outbox = parts.outbox();
        for (int i = 0; i < 3; i++) {
            add(outbox, "m" + i, null);
        }
        assertThatExceptionOfType(OutboxFullException.class)
                .isThrownBy(() -> transaction.executeWithoutResult(status -> {
                    new JdbcTemplate(database).update("INSERT INTO orders VALUES (1)");
                    outbox.add(message("one too many", null));
                }))
                .withMessageContaining("reliable-mq.outbox.max-rows");
        assertThat(new JdbcTemplate(database).queryForObject("SELECT COUNT(*) FROM orders", Long.class))
                .isZero();
        assertThat(parts.monitor().figures().refused()).isOne();
        assertThat(parts.monitor().figures().waiting()).isEqualTo(3);

        start(parts);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isZero());
        add(outbox, "m3", null);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isZero());
        assertThat(broker.texts()).containsExactlyInAnyOrder("m0", "m1", "m2", "m3");
    }

    @Test
    void keepsSentMessagesForTheirRetention() {
        OutboxSettings settings = settings();
        JdbcOutboxParts parts = parts(new OutboxSettings("reliable_mq_", 1, Duration.ofHours(1), settings.relay()));
        start(parts);
        add(parts.outbox(), "first", null);
        await().atMost(PATIENCE).until(() -> parts.monitor().figures().sent() == 1);
        // A sent one takes no room.
        add(parts.outbox(), "second", null);
        await().atMost(PATIENCE).until(() -> parts.monitor().figures().sent() == 2);

        assertThat(rows()).isEqualTo(2);
        assertThat(new JdbcTemplate(database)
                        .queryForList("SELECT OCTET_LENGTH(body) FROM reliable_mq_outbox", Long.class))
                .as("bodies")
                .containsExactly(0L, 0L);
        OutboxTable table = new OutboxTable(database, "reliable_mq_");
        assertThat(table.deleteSentBefore(System.currentTimeMillis() - 3_600_000, 100))
                .isZero();
        assertThat(table.sentAtOfNewest(2)).isPositive().isLessThanOrEqualTo(table.sentAtOfNewest(1));
        assertThat(table.sentAtOfNewest(3)).isZero();
        assertThat(table.deleteSentBefore(System.currentTimeMillis() + 1, 1)).isEqualTo(1);
        assertThat(table.deleteSentBefore(System.currentTimeMillis() + 1, 100)).isEqualTo(1);
    }

    @Test
    void findsWhatAnotherInstanceHasTakenDown() {
        start(parts(settings()));
        JdbcOutbox elsewhere = parts(settings()).outbox();
        add(elsewhere, "keyed", "k");
        add(elsewhere, "free", null);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isZero());
        assertThat(broker.texts()).containsExactlyInAnyOrder("keyed", "free");
    }

    @Test
    void twoInstancesShareTheLanesAndSendEachMessageOnce() throws Exception {
        OutboxSettings settings = settings(100_000, Duration.ofSeconds(6));
        JdbcOutboxParts one = parts(settings);
        JdbcOutboxParts two = parts(settings);
        start(one);
        start(two);
        int keys = 40;
        int each = 25;
        ExecutorService writers = Executors.newFixedThreadPool(2);
        for (JdbcOutboxParts parts : List.of(one, two)) {
            JdbcOutbox outbox = parts.outbox();
            int from = parts == one ? 0 : keys / 2;
            writers.execute(() -> {
                for (int i = 0; i < each; i++) {
                    for (int key = from; key < from + keys / 2; key++) {
                        add(outbox, Integer.toString(i), "k" + key);
                    }
                }
            });
        }
        writers.shutdown();
        assertThat(writers.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isZero());
        await().atMost(PATIENCE)
                .until(() -> one.monitor().figures().lanes() == Lane.COUNT / 2
                        && two.monitor().figures().lanes() == Lane.COUNT / 2);

        Set<String> ids = new HashSet<>();
        assertThat(broker.taken).hasSize(keys * each).allMatch(taken -> ids.add(taken.messageId()));
        List<String> inOrder =
                IntStream.range(0, each).mapToObj(Integer::toString).toList();
        for (int key = 0; key < keys; key++) {
            assertThat(broker.textsOf("k" + key)).isEqualTo(inOrder);
        }
        // In shares, which the figures of both show once more messages have come.
        for (int key = 0; key < keys; key++) {
            add(one.outbox(), "more", "k" + key);
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isZero());
        assertThat(one.monitor().figures().sent()).isPositive();
        assertThat(two.monitor().figures().sent()).isPositive();
        assertThat(one.monitor().figures().sent() + two.monitor().figures().sent())
                .isEqualTo((long) keys * each + keys);
    }

    @Test
    void takesOverFromAnInstanceThatDiedAndRepeatsWhatItHadSent() {
        OutboxSettings settings = settings(100_000, Duration.ofSeconds(2));
        // It has all lanes and sends, and nobody ever hears of it again: neither answers nor beats.
        LaneClaims dead = new LaneClaims(new LaneTable(database, "reliable_mq_"), Duration.ofSeconds(2), Clock.SYSTEM);
        ScriptedBroker deaf = new ScriptedBroker();
        deaf.silent = true;
        RelayAgent died = new RelayAgent(
                new OutboxTable(database, "reliable_mq_"),
                dead,
                deaf,
                settings,
                new RelaySignal(),
                new RelayStatus(),
                Clock.SYSTEM);
        add(parts(settings).outbox(), "first", "k");
        add(parts(settings).outbox(), "second", "k");
        died.doWork();
        assertThat(deaf.unanswered).extracting(Taken::text).containsExactly("first");

        start(parts(settings));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isZero());

        assertThat(broker.texts()).containsExactly("first", "second");
        // By these two the broker knows that it may hold the message already.
        assertThat(broker.taken.get(0)).isEqualTo(deaf.unanswered.peek());
    }

    @Test
    void handsItsLanesOverWhenItStops() {
        OutboxSettings settings = settings(100_000, Duration.ofHours(1));
        JdbcOutboxParts first = parts(settings);
        OutboxRelay stopped = start(first);
        add(first.outbox(), "one", "k");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isZero());
        stopped.stop();
        assertThat(stopped.isRunning()).isFalse();

        JdbcOutboxParts second = parts(settings);
        start(second);
        add(second.outbox(), "two", "k");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isZero());
        assertThat(second.monitor().figures().lanes()).isEqualTo(Lane.COUNT);
        relays.get(1).stop();

        stopped.start();
        add(first.outbox(), "three", "k");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isZero());
        assertThat(broker.texts()).containsExactly("one", "two", "three");
    }

    @Test
    void refusesATransactionThatIsNotOfItsDatabase() {
        JdbcOutbox outbox = parts(settings()).outbox();
        assertThatExceptionOfType(OutboxUnavailableException.class)
                .isThrownBy(() -> outbox.add(message("x", null)))
                .withMessageContaining("@Transactional");
        TransactionTemplate other = new TransactionTemplate(new DataSourceTransactionManager(pool(true)));
        assertThatExceptionOfType(OutboxUnavailableException.class)
                .isThrownBy(() -> other.executeWithoutResult(status -> outbox.add(message("x", null))))
                .withMessageContaining("@OutboxDataSource");
        assertThat(rows()).isZero();
    }

    @Test
    void losesNothingThatIsAddedByACallbackAfterTheCommit() {
        DataSource manual = pool(false);
        JdbcOutboxParts parts = new JdbcOutboxParts(manual, settings());
        JdbcOutbox outbox = parts.outbox();
        OutboxRelay relay = parts.relay(broker);
        relays.add(relay);
        relay.start();
        new TransactionTemplate(new DataSourceTransactionManager(manual))
                .executeWithoutResult(status ->
                        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                            @Override
                            public void afterCommit() {
                                outbox.add(message("late", null));
                            }
                        }));

        await().atMost(PATIENCE).until(() -> broker.texts().contains("late"));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows()).isZero());
    }
}
