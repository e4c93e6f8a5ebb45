package io.reliablemq.spring.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.spring.fixture.ScriptedBroker;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.transaction.support.TransactionTemplate;

/** The relay stepped by hand, by a clock that is set by hand. */
class RelayAgentTest {

    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(2);

    private final EmbeddedDatabase database = new EmbeddedDatabaseBuilder()
            .setType(EmbeddedDatabaseType.H2)
            .generateUniqueName(true)
            .addScript("io/reliablemq/spring/outbox/schema-h2.sql")
            .build();
    private final TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
    private final ScriptedBroker broker = new ScriptedBroker();
    private final AtomicLong now = new AtomicLong(1_000_000);
    /** What each look at the clock adds to it. */
    private final AtomicLong pace = new AtomicLong();

    private final Clock clock = new Clock() {
        @Override
        public long wallMs() {
            return now.getAndAdd(pace.get());
        }

        @Override
        public long nanos() {
            return now.get() * 1_000_000;
        }
    };

    private final OutboxSettings settings = new OutboxSettings(
            "reliable_mq_",
            100,
            Duration.ZERO,
            new OutboxSettings.Relay(
                    Duration.ofMillis(100), LEASE, SEND_TIMEOUT, 8, Duration.ofMillis(1000), Duration.ofSeconds(4)));
    private final RelaySignal signal = new RelaySignal();
    private final AtomicInteger ids = new AtomicInteger();

    private LaneClaims claims() {
        return new LaneClaims(new LaneTable(database, "reliable_mq_"), LEASE, clock);
    }

    private RelayAgent agent(LaneClaims claims) {
        return agent(claims, new RelayStatus());
    }

    private RelayAgent agent(LaneClaims claims, RelayStatus status) {
        return agent(claims, status, settings);
    }

    private RelayAgent agent(LaneClaims claims, RelayStatus status, OutboxSettings settings) {
        return new RelayAgent(
                new OutboxTable(database, "reliable_mq_"), claims, broker, settings, signal, status, clock);
    }

    private void add(DataSource where, String text, String key) {
        add(where, text.getBytes(), key);
    }

    private void add(DataSource where, byte[] body, String key) {
        OutboxTable table = new OutboxTable(where, "reliable_mq_");
        JdbcOutbox outbox = new JdbcOutbox(where, table, new OutboxRoom(table, 100, clock), signal, clock);
        Message message = Message.builder("orders")
                .body(body)
                .orderingKey(key)
                .build()
                .withProperty(PropertyNames.UNIQUE_ID, "id-" + ids.incrementAndGet());
        transaction.executeWithoutResult(status -> outbox.add(message));
    }

    private void stepUntil(RelayAgent agent, BooleanSupplier done) {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            agent.doWork();
            return done.getAsBoolean();
        });
    }

    @Test
    void nothingPassesAPausedMessageWhenItsPauseEndsBetweenTwoLooksAtTheClock() {
        RelayAgent agent = agent(claims());
        broker.failingKeys.add("k");
        add(database, "first", "k");
        JdbcTemplate jdbc = new JdbcTemplate(database);
        stepUntil(agent, () -> jdbc.queryForObject("SELECT attempts FROM reliable_mq_outbox", Integer.class) == 1);
        broker.failingKeys.clear();
        long dueAt = jdbc.queryForObject("SELECT due_at FROM reliable_mq_outbox", Long.class);

        add(database, "second", "k");
        // Not due at the first look of the next step, long due at the second.
        now.set(dueAt - 2);
        pace.set(1);
        agent.doWork();
        agent.doWork();
        pace.set(0);
        stepUntil(agent, () -> broker.taken.size() == 2);

        assertThat(broker.texts()).containsExactly("first", "second");
    }

    @Test
    void aClockThatWasSetBackHoldsNothingUp() {
        RelayAgent agent = agent(claims());
        broker.failingKeys.add("k");
        add(database, "first", "k");
        JdbcTemplate jdbc = new JdbcTemplate(database);
        stepUntil(agent, () -> jdbc.queryForObject("SELECT attempts FROM reliable_mq_outbox", Integer.class) == 1);
        broker.failingKeys.clear();

        jdbc.update("UPDATE reliable_mq_outbox SET due_at = ?", now.get() + 1_000_000);
        // Long enough for the pause of the key.
        now.addAndGet(1000);
        stepUntil(agent, () -> {
            now.addAndGet(100);
            return broker.taken.size() == 1;
        });
    }

    @Test
    void sendsNothingThatMightNotEndWithinTheLease() {
        LaneClaims claims = claims();
        RelayAgent agent = agent(claims);
        agent.doWork();
        assertThat(claims.owned()).hasSize(Lane.COUNT);
        assertThat(claims.holdFor(SEND_TIMEOUT)).isTrue();

        // The database is away, so that it cannot be beaten; time goes on.
        now.addAndGet(LEASE.toMillis() - SEND_TIMEOUT.toMillis());
        assertThat(claims.holdFor(SEND_TIMEOUT)).isFalse();
        assertThat(claims.holdFor(Duration.ofMillis(500))).isTrue();
    }

    @Test
    void anInstanceThatWasStruckOffBeginsAnew() {
        LaneClaims slow = claims();
        slow.beat(Set.of());
        LaneClaims other = claims();
        other.beat(Set.of());
        assertThat(other.owned()).isEmpty();

        now.addAndGet(LEASE.toMillis());
        other.beat(Set.of());
        assertThat(other.owned()).as("nobody was heard of for a lease").hasSize(Lane.COUNT);

        slow.beat(Set.of());
        assertThat(slow.owned()).isEmpty();
        assertThat(slow.holdFor(Duration.ZERO)).isFalse();
        slow.beat(Set.of());
        other.beat(Set.of());
        slow.beat(Set.of());
        assertThat(slow.owned()).hasSize(Lane.COUNT / 2);
        assertThat(other.owned()).hasSize(Lane.COUNT / 2).doesNotContainAnyElementsOf(slow.owned());
    }

    @Test
    void tellsThatTheDatabaseDoesNotAnswerUntilItDoes() {
        JdbcTemplate jdbc = new JdbcTemplate(database);
        jdbc.execute("ALTER TABLE reliable_mq_outbox_relay RENAME TO away");
        RelayStatus status = new RelayStatus();
        LaneClaims claims = claims();
        RelayAgent agent = agent(claims, status);
        for (int i = 0; i < 20; i++) {
            agent.doWork();
            assertThat(status.problem()).as("step %d", i).isNotEmpty();
            now.addAndGet(300);
        }

        jdbc.execute("ALTER TABLE away RENAME TO reliable_mq_outbox_relay");
        now.addAndGet(1000);
        agent.doWork();
        assertThat(status.problem()).isEmpty();
        assertThat(claims.owned()).hasSize(Lane.COUNT);

        jdbc.execute("ALTER TABLE reliable_mq_outbox_relay RENAME TO away");
        now.addAndGet(LEASE.toMillis());
        for (int i = 0; i < 20; i++) {
            agent.doWork();
            assertThat(status.problem()).as("step %d after the lease", i).isNotEmpty();
            now.addAndGet(300);
        }
    }

    @Test
    void joinsThoughTheAnswerToItsFirstAttemptWasLost() {
        LaneTable table = new LaneTable(database, "reliable_mq_");
        table.join("a");
        table.join("a");

        assertThat(table.beats()).containsOnlyKeys("a");
    }

    @Test
    void readsNoMoreBodiesThanFitIntoMemory() {
        byte[] body = new byte[4 << 20];
        int fitting = (int) (RelayAgent.MOST_BYTES / body.length);
        for (int i = 0; i < settings.relay().maxInFlight(); i++) {
            add(database, body, "k" + i);
        }
        broker.silent = true;
        RelayAgent unanswered = agent(claims());
        unanswered.doWork();
        unanswered.doWork();
        assertThat(broker.unanswered).hasSize(fitting);

        broker.silent = false;
        now.addAndGet(LEASE.toMillis());
        RelayAgent agent = agent(claims());
        agent.doWork();
        now.addAndGet(LEASE.toMillis());
        stepUntil(agent, () -> broker.taken.size() == settings.relay().maxInFlight());
        assertThat(broker.mostAtOnce.get()).isLessThanOrEqualTo(fitting);
    }

    @Test
    void parksARowThatIsNoMessageAndGoesOn() {
        add(database, "damaged", "k");
        add(database, "behind", "k");
        new JdbcTemplate(database).update("UPDATE reliable_mq_outbox SET topic = '' WHERE message_id = 'id-1'");

        stepUntil(agent(claims()), () -> broker.taken.size() == 1);

        assertThat(broker.texts()).containsExactly("behind");
        ParkedMessages parked = new ParkedMessages(new OutboxTable(database, "reliable_mq_"), signal);
        assertThat(parked.list(10)).singleElement().satisfies(one -> {
            assertThat(one.messageId()).isEqualTo("id-1");
            assertThat(one.reason()).startsWith("The row is no message. ");
            assertThat(one.bodyBytes()).isEqualTo(7);
        });
    }

    @Test
    void keepsNoMoreSentMessagesThanMayWait() {
        RelayAgent agent = agent(
                claims(),
                new RelayStatus(),
                new OutboxSettings("reliable_mq_", 2, Duration.ofDays(30), settings.relay()));
        JdbcTemplate jdbc = new JdbcTemplate(database);
        for (int i = 1; i <= 3; i++) {
            int sent = i;
            add(database, "m" + i, "k");
            stepUntil(
                    agent,
                    () -> jdbc.queryForObject("SELECT COUNT(*) FROM reliable_mq_outbox WHERE state = 2", Integer.class)
                            == sent);
            now.incrementAndGet();
        }

        now.addAndGet(Duration.ofMinutes(1).toMillis());
        agent.doWork();

        assertThat(jdbc.queryForList("SELECT message_id FROM reliable_mq_outbox ORDER BY id", String.class))
                .containsExactly("id-2", "id-3");
    }

    @Test
    void keepsALaneWithMessagesOnTheirWay() {
        LaneClaims first = claims();
        first.beat(Set.of());
        LaneClaims second = claims();
        second.beat(Set.of());
        first.beat(Set.of(1, 2, 3));

        assertThat(first.owned()).hasSize(Lane.COUNT / 2).contains(1, 2, 3);
    }
}
