package io.reliablemq.spring.idempotent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionTemplate;

/** What the store in a database promises beyond others, on each database. */
abstract class JdbcIdempotencyStoreContract extends IdempotencyStoreContract {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");

    private JdbcTemplate jdbc;

    abstract DataSource dataSource();

    /** In the names of the scripts. */
    abstract String platform();

    @Override
    IdempotencyStore store() {
        // One for each call, as each instance of an application has its own.
        return store(NOW);
    }

    private JdbcIdempotencyStore store(Instant now) {
        return new JdbcIdempotencyStore(
                dataSource(),
                new JdbcTransactionManager(dataSource()),
                JdbcIdempotencyStore.DEFAULT_TABLE,
                Clock.fixed(now, ZoneOffset.UTC));
    }

    @BeforeEach
    void createTables() {
        jdbc = new JdbcTemplate(dataSource());
        jdbc.execute("DROP TABLE IF EXISTS reliable_mq_handled");
        jdbc.execute("DROP TABLE IF EXISTS effects");
        jdbc.execute("CREATE TABLE effects (message VARCHAR(100))");
        // Twice, as at every start.
        runScript();
        runScript();
    }

    private void runScript() {
        new ResourceDatabasePopulator(
                        new ClassPathResource("io/reliablemq/spring/idempotent/schema-" + platform() + ".sql"))
                .execute(dataSource());
    }

    @Test
    void effectAndMarkCommitTogether() throws Exception {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> store().once("g", Set.of("m"), keys -> {
                    effect("m");
                    throw new IllegalStateException("after the effect");
                }));
        assertThat(count("effects")).isZero();
        assertThat(count("reliable_mq_handled")).isZero();

        store().once("g", Set.of("m"), keys -> {
            effect("m");
            return Set.of();
        });
        assertThat(count("effects")).isZero();

        for (int i = 0; i < 3; i++) {
            store().once("g", Set.of("m"), keys -> {
                effect("m");
                return keys;
            });
        }
        assertThat(count("effects")).isEqualTo(1);
        assertThat(count("reliable_mq_handled")).isEqualTo(1);
    }

    @Test
    void whatTheListenerMarksForRollbackLeavesNoMark() {
        // As where a listener swallows what a transactional method of its own has thrown.
        assertThatExceptionOfType(UnexpectedRollbackException.class)
                .isThrownBy(() -> store().once("g", Set.of("m"), keys -> {
                    new TransactionTemplate(new JdbcTransactionManager(dataSource()))
                            .executeWithoutResult(TransactionStatus::setRollbackOnly);
                    effect("m");
                    return keys;
                }));

        assertThat(count("effects")).isZero();
        assertThat(count("reliable_mq_handled")).isZero();
    }

    @Test
    void removesOldMarksInSmallTransactions() throws Exception {
        for (int i = 0; i < 25; i++) {
            store(NOW.minus(Duration.ofDays(8))).once("g", Set.of("old-" + i), keys -> keys);
        }
        store(NOW).once("g", Set.of("new"), keys -> keys);
        MarkCleanup cleanup = new MarkCleanup(
                store(NOW), Duration.ofDays(7), Duration.ofHours(1), 10, Clock.fixed(NOW, ZoneOffset.UTC));

        assertThat(store(NOW).removeOlderThan(NOW.minus(Duration.ofDays(7)), 10))
                .isEqualTo(10);
        assertThat(cleanup.run()).isEqualTo(15);
        assertThat(count("reliable_mq_handled")).isEqualTo(1);
    }

    @Test
    void saysWhatToDoWithoutItsTable() {
        store(NOW).verify();
        jdbc.execute("DROP TABLE reliable_mq_handled");

        assertThatIllegalStateException()
                .isThrownBy(() -> store(NOW).verify())
                .withMessageContaining("reliable_mq_handled")
                .withMessageContaining("reliable-mq.idempotent.initialize-schema");
    }

    @Test
    void refusesATransactionManagerOfAnotherDatabase() {
        JdbcIdempotencyStore wrong = new JdbcIdempotencyStore(
                dataSource(),
                new JdbcTransactionManager(
                        new org.springframework.jdbc.datasource.DriverManagerDataSource("jdbc:h2:mem:another")),
                JdbcIdempotencyStore.DEFAULT_TABLE,
                Clock.systemUTC());

        assertThatIllegalStateException().isThrownBy(wrong::verify).withMessageContaining("does not cover");
        assertThatIllegalStateException().isThrownBy(() -> wrong.once("g", Set.of("m"), keys -> keys));
        assertThat(count("reliable_mq_handled")).isZero();
    }

    @Test
    void refusesATransactionManagerOfAnotherDatabaseWhereConnectionsDoNotCommitByThemselves() {
        DataSource manual = new DelegatingDataSource(dataSource()) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                connection.setAutoCommit(false);
                return connection;
            }
        };
        JdbcIdempotencyStore wrong = new JdbcIdempotencyStore(
                manual,
                new JdbcTransactionManager(
                        new org.springframework.jdbc.datasource.DriverManagerDataSource("jdbc:h2:mem:another")),
                JdbcIdempotencyStore.DEFAULT_TABLE,
                Clock.systemUTC());

        assertThatIllegalStateException().isThrownBy(wrong::verify).withMessageContaining("does not cover");
    }

    @Test
    void saysThatTheDatabaseIsAway() {
        DataSource away = new DelegatingDataSource(dataSource()) {
            @Override
            public Connection getConnection() throws SQLException {
                throw new SQLException("Nobody there, as the test wants");
            }
        };
        JdbcIdempotencyStore store = new JdbcIdempotencyStore(
                away, new JdbcTransactionManager(away), JdbcIdempotencyStore.DEFAULT_TABLE, Clock.systemUTC());

        assertThatIllegalStateException().isThrownBy(store::verify).withMessageContaining("Nobody there");
    }

    @Test
    void verifiesThroughAProxyThatKnowsTheTransaction() {
        new JdbcIdempotencyStore(
                        new TransactionAwareDataSourceProxy(dataSource()),
                        new JdbcTransactionManager(dataSource()),
                        JdbcIdempotencyStore.DEFAULT_TABLE,
                        Clock.systemUTC())
                .verify();
    }

    @Test
    void refusesATableNameThatIsNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new JdbcIdempotencyStore(
                        dataSource(), new JdbcTransactionManager(dataSource()), "a; DROP TABLE b", Clock.systemUTC()))
                .withMessageContaining("a; DROP TABLE b");
    }

    private void effect(String message) {
        jdbc.update("INSERT INTO effects (message) VALUES (?)", message);
    }

    private int count(String table) {
        return jdbc.queryForObject("SELECT COUNT(*) FROM " + table, Integer.class);
    }
}
