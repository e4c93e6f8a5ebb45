package io.reliablemq.spring.idempotent;

import java.sql.Connection;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Keeps marks in a table of the application's database. The mark is inserted in the transaction in which the listener then
 * works, so that both commit together or not at all. Of two deliveries of one message the second waits on the first one's mark
 * until that transaction ends, in whichever instance it runs.
 *
 * <p>Whatever the listener throws rolls the transaction back. Thread-safe; a transaction is bound to the thread that calls.
 */
public final class JdbcIdempotencyStore implements IdempotencyStore {

    /** The table of the scripts in {@code io/reliablemq/spring/idempotent}. */
    public static final String DEFAULT_TABLE = "reliable_mq_handled";

    private final DataSource dataSource;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final String table;
    private final Clock clock;

    private volatile boolean used;

    /** Made at first use, since it needs a connection. */
    private volatile @Nullable MarkStatements statements;

    /**
     * @param dataSource the database that the listeners work with
     * @param transactionManager one whose transactions cover that database
     * @throws IllegalArgumentException if the table name is none
     */
    public JdbcIdempotencyStore(
            DataSource dataSource, PlatformTransactionManager transactionManager, String table, Clock clock) {
        this.dataSource = dataSource;
        this.jdbc = new JdbcTemplate(dataSource);
        this.transactions = new TransactionTemplate(transactionManager);
        this.table = MarkStatements.requireTable(table);
        this.clock = clock;
    }

    /** Whether anybody uses it: where nobody does, there may be no table. */
    boolean isUsed() {
        return used;
    }

    @Override
    public boolean isTransactional() {
        return true;
    }

    @Override
    public void verify() {
        used = true;
        try {
            transactions.executeWithoutResult(status -> {
                requireCovered();
                jdbc.query(statements().probe(), row -> {});
            });
        } catch (DataAccessException e) {
            throw new IllegalStateException(
                    "The table " + table + " of handled messages cannot be read: "
                            + e.getMostSpecificCause().getMessage()
                            + ". Create it with the script of your database in io/reliablemq/spring/idempotent of the"
                            + " starter's jar, or set reliable-mq.idempotent.initialize-schema to always",
                    e);
        } catch (TransactionException e) {
            throw new IllegalStateException(
                    "The database with the table " + table + " of handled messages does not answer: "
                            + NestedExceptionUtils.getMostSpecificCause(e).getMessage(),
                    e);
        }
    }

    @Override
    public void once(String group, Set<String> keys, Work work) throws Exception {
        used = true;
        try {
            transactions.executeWithoutResult(status -> inTransaction(status, group, keys, work));
        } catch (WorkFailedException e) {
            throw e.failure();
        }
    }

    private void inTransaction(TransactionStatus status, String group, Set<String> keys, Work work) {
        requireCovered();
        Set<String> unmarked = new HashSet<>();
        // In one order everywhere, so that two batches never wait for each other.
        for (String key : new TreeSet<>(keys)) {
            if (mark(group, key)) {
                unmarked.add(key);
            }
        }
        if (unmarked.isEmpty()) {
            return;
        }
        Set<String> done = handle(work, unmarked);
        if (done.isEmpty()) {
            status.setRollbackOnly();
            return;
        }
        unmarked.stream()
                .filter(key -> !done.contains(key))
                .forEach(key -> jdbc.update(statements().delete(), group, MarkKey.stored(key)));
    }

    private static Set<String> handle(Work work, Set<String> unmarked) {
        try {
            return work.handle(Set.copyOf(unmarked));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            // Unchecked, since checked ones would commit.
            throw new WorkFailedException(e);
        }
    }

    /** @return whether there was no such mark; waits for another transaction that has inserted it and has not ended */
    private boolean mark(String group, String key) {
        try {
            return jdbc.update(statements().insert(), group, MarkKey.stored(key), clock.millis()) > 0;
        } catch (DuplicateKeyException e) {
            return false;
        }
    }

    /** Outside the transaction a mark would commit before the effect, and a crash between the two would lose the effect. */
    private void requireCovered() {
        // Asked first: a statement binds its connection, and a pool without auto-commit would look like a transaction.
        boolean covered = isBoundByManager();
        Boolean autoCommit = jdbc.execute((ConnectionCallback<Boolean>) Connection::getAutoCommit);
        if (!covered || Boolean.TRUE.equals(autoCommit)) {
            throw new IllegalStateException("The transaction manager "
                    + transactions.getTransactionManager()
                    + " does not cover the data source that the marks of handled messages are in. Define a bean of type"
                    + " JdbcIdempotencyStore with a data source and a transaction manager that belong together, and name it in"
                    + " the attribute idempotent of the listener");
        }
    }

    /** Whether the transaction has a connection of the data source. Those of JTA get theirs when it is asked for. */
    private boolean isBoundByManager() {
        DataSource target = dataSource instanceof TransactionAwareDataSourceProxy proxy
                ? Objects.requireNonNullElse(proxy.getTargetDataSource(), dataSource)
                : dataSource;
        return !(transactions.getTransactionManager() instanceof ResourceTransactionManager)
                || TransactionSynchronizationManager.hasResource(target);
    }

    /**
     * Removes marks of messages that were handled before a time.
     *
     * @param most how many at the most, in one transaction
     * @return how many there were, up to that limit
     */
    int removeOlderThan(Instant limit, int most) {
        JdbcTemplate limited = new JdbcTemplate(dataSource);
        limited.setMaxRows(most);
        List<Object[]> old = limited.query(
                statements().selectOld(),
                (row, number) -> new Object[] {row.getString(1), row.getString(2), limit.toEpochMilli()},
                limit.toEpochMilli());
        if (!old.isEmpty()) {
            transactions.executeWithoutResult(
                    status -> jdbc.batchUpdate(statements().deleteOld(), old));
        }
        return old.size();
    }

    private MarkStatements statements() {
        MarkStatements known = statements;
        if (known == null) {
            known = MarkStatements.of(databaseName(), table);
            statements = known;
        }
        return known;
    }

    private String databaseName() {
        try {
            String name = JdbcUtils.extractDatabaseMetaData(dataSource, metaData -> metaData.getDatabaseProductName());
            return name == null ? "" : name;
        } catch (MetaDataAccessException e) {
            throw new IllegalStateException("The database does not say what it is: " + e.getMessage(), e);
        }
    }

    /** Carries a checked exception of the work out of the transaction. */
    private static final class WorkFailedException extends RuntimeException {

        private final transient Exception failure;

        private WorkFailedException(Exception failure) {
            super(failure);
            this.failure = failure;
        }

        private Exception failure() {
            return failure;
        }
    }
}
