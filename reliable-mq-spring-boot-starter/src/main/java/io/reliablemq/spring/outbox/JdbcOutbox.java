package io.reliablemq.spring.outbox;

import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.spring.core.Outbox;
import io.reliablemq.spring.core.OutboxUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Takes messages down in a table, within the transaction that Spring has begun on the thread for the same {@code DataSource}.
 * Thread-safe.
 */
public final class JdbcOutbox implements Outbox {

    private static final Logger log = LoggerFactory.getLogger(JdbcOutbox.class);

    private final DataSource dataSource;
    private final OutboxTable table;
    private final OutboxRoom room;
    private final RelaySignal signal;
    private final Clock clock;

    JdbcOutbox(DataSource dataSource, OutboxTable table, OutboxRoom room, RelaySignal signal, Clock clock) {
        this.dataSource = dataSource;
        this.table = table;
        this.room = room;
        this.signal = signal;
        this.clock = clock;
    }

    /**
     * {@inheritDoc}
     *
     * @throws OutboxFullException if as many messages wait as may
     * @throws OutboxUnavailableException if there is no transaction, or it is one of another database
     * @throws org.springframework.dao.DataAccessException if the database refuses the row
     */
    @Override
    public void add(Message message) {
        requireTransaction(message);
        room.take();
        String key = message.orderingKey();
        Long orderHash = key == null ? null : Lane.orderHash(message.topic(), key);
        int lane = orderHash == null ? signal.anyLane() : Lane.of(orderHash);
        table.insert(message, lane, orderHash, clock.wallMs());
        TransactionSynchronizationManager.registerSynchronization(new Ending(message, lane));
    }

    private void requireTransaction(Message message) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()
                || !TransactionSynchronizationManager.isSynchronizationActive()) {
            throw new OutboxUnavailableException(
                    "The message for topic '" + message.topic()
                            + "' is to go through the outbox, and there is no transaction: add @Transactional to the calling method");
        }
        if (!TransactionSynchronizationManager.hasResource(dataSource) || isAutoCommit()) {
            throw new OutboxUnavailableException("The message for topic '" + message.topic()
                    + "' is to go through the outbox, but the current transaction is not one of the outbox's DataSource, so"
                    + " that they would not commit together: use the transaction manager of that DataSource, or mark the"
                    + " outbox's DataSource with @OutboxDataSource. JTA transactions are not supported");
        }
    }

    private boolean isAutoCommit() {
        Connection connection = DataSourceUtils.getConnection(dataSource);
        try {
            return connection.getAutoCommit();
        } catch (SQLException e) {
            throw new OutboxUnavailableException("The transaction's connection does not answer: " + e.getMessage());
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }

    private final class Ending implements TransactionSynchronization {

        private final Message message;
        private final int lane;
        private boolean inTime;

        private Ending(Message message, int lane) {
            this.message = message;
            this.lane = lane;
        }

        @Override
        public void beforeCompletion() {
            inTime = true;
        }

        @Override
        public void afterCompletion(int status) {
            if (status == STATUS_COMMITTED && !inTime) {
                commitLate();
            }
            if (status != STATUS_ROLLED_BACK) {
                signal.lane(lane);
            }
        }

        /**
         * The message came from a callback that ran after the commit ({@code @TransactionalEventListener} for instance), when Spring
         * still speaks of a transaction. Nobody else would commit it.
         */
        private void commitLate() {
            Connection connection = DataSourceUtils.getConnection(dataSource);
            try {
                if (!connection.getAutoCommit()) {
                    connection.commit();
                }
            } catch (SQLException e) {
                log.error(
                        "The message {} to topic '{}' was handed to the outbox after the commit, and could not be committed"
                                + " on its own; it has to be sent again",
                        message.uniqueId(),
                        message.topic(),
                        e);
            } finally {
                DataSourceUtils.releaseConnection(connection, dataSource);
            }
        }
    }
}
