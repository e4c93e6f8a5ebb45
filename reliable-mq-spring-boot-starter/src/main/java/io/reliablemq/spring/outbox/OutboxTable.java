package io.reliablemq.spring.outbox;

import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageProperties;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The statements on the messages' table, the same for every database. Thread-safe.
 *
 * <p>Only {@link #insert} and {@link #count} belong to the caller's transaction; all others have one of their own.
 */
final class OutboxTable {

    static final int WAITING = 0;
    static final int PARKED = 1;
    static final int SENT = 2;

    private static final int MAX_ERROR_LENGTH = 1000;
    /** Long enough for any statement here on a table in its bounds; a hung database must not hang the relay. */
    private static final int TIMEOUT_SECONDS = 30;

    private final JdbcTemplate jdbc;
    private final TransactionTemplate own;
    private final String table;

    OutboxTable(DataSource dataSource, String tablePrefix) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.jdbc.setQueryTimeout(TIMEOUT_SECONDS);
        this.own = ownTransactions(dataSource);
        this.table = tablePrefix + "outbox";
    }

    /** Of this class alone, also where the thread is in another: and without locks on gaps, which MySQL would take. */
    static TransactionTemplate ownTransactions(DataSource dataSource) {
        TransactionTemplate template = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        template.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        template.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        return template;
    }

    void insert(Message message, int lane, @Nullable Long orderHash, long now) {
        jdbc.update(
                "INSERT INTO " + table
                        + " (message_id, topic, lane, order_hash, flag, properties, body, created_at, due_at,"
                        + " attempts, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, " + WAITING + ")",
                statement -> {
                    statement.setString(1, message.uniqueId());
                    statement.setString(2, message.topic());
                    statement.setInt(3, lane);
                    if (orderHash == null) {
                        statement.setNull(4, java.sql.Types.BIGINT);
                    } else {
                        statement.setLong(4, orderHash);
                    }
                    statement.setInt(5, message.flag());
                    statement.setBytes(
                            6, MessageProperties.encode(message.properties()).getBytes(StandardCharsets.UTF_8));
                    statement.setBytes(7, message.body());
                    statement.setLong(8, now);
                });
    }

    /** How many messages wait or are parked, counted up to the limit. */
    long count(long limit) {
        Long count = jdbc.queryForObject(
                "SELECT COUNT(*) FROM (SELECT id FROM " + table + " WHERE state IN (" + WAITING + ", " + PARKED
                        + ") LIMIT ?) counted",
                Long.class,
                limit);
        return count == null ? 0 : count;
    }

    /** Which of these lanes have a message that is due. */
    List<Integer> lanesWithDue(Collection<Integer> lanes, Due due) {
        if (lanes.isEmpty()) {
            return List.of();
        }
        List<Object> arguments = new ArrayList<>(lanes);
        arguments.addAll(due.arguments());
        return inOwn(() -> jdbc.queryForList(
                "SELECT DISTINCT lane FROM " + table + " WHERE state = " + WAITING + " AND lane IN ("
                        + parameters(lanes.size()) + ") AND " + Due.CONDITION,
                Integer.class,
                arguments.toArray()));
    }

    /** The first messages of a lane that are due, in their order. */
    List<WaitingRow> due(int lane, Due due, int limit) {
        List<Object> arguments = new ArrayList<>(List.of(lane));
        arguments.addAll(due.arguments());
        arguments.add(limit);
        return inOwn(() -> jdbc.query(
                "SELECT id, order_hash FROM " + table + " WHERE state = " + WAITING + " AND lane = ? AND "
                        + Due.CONDITION + " ORDER BY id LIMIT ?",
                (row, number) -> {
                    long hash = row.getLong(2);
                    return new WaitingRow(row.getLong(1), lane, row.wasNull() ? null : hash);
                },
                arguments.toArray()));
    }

    /** How many bytes their bodies have; those that do not wait any more are missing. */
    Map<Long, Long> bodySizes(Collection<Long> ids) {
        Map<Long, Long> sizes = new HashMap<>();
        inOwn(() -> {
            jdbc.query(
                    "SELECT id, OCTET_LENGTH(body) FROM " + table + " WHERE state = " + WAITING + " AND id IN ("
                            + parameters(ids.size()) + ")",
                    row -> {
                        sizes.put(row.getLong(1), row.getLong(2));
                    },
                    ids.toArray());
            return 0;
        });
        return sizes;
    }

    /** Their content; those that do not wait any more are missing. */
    List<StoredMessage> load(Collection<Long> ids) {
        return inOwn(() -> jdbc.query(
                "SELECT id, topic, flag, properties, body, created_at, attempts FROM " + table + " WHERE state = "
                        + WAITING + " AND id IN (" + parameters(ids.size()) + ")",
                (row, number) -> new StoredMessage(
                        row.getLong(1),
                        row.getString(2),
                        row.getInt(3),
                        row.getBytes(4),
                        row.getBytes(5),
                        row.getLong(6),
                        row.getInt(7)),
                ids.toArray()));
    }

    void delete(Collection<Long> ids) {
        inOwn(() -> deleteHere(ids));
    }

    private int deleteHere(Collection<Long> ids) {
        return jdbc.update("DELETE FROM " + table + " WHERE id IN (" + parameters(ids.size()) + ")", ids.toArray());
    }

    /** Without their bodies: what happened can be told from the rest, and a table of it stays small. */
    void keepAsSent(Collection<Long> ids, long now) {
        List<Object> arguments = new ArrayList<>(List.of(now, new byte[0]));
        arguments.addAll(ids);
        inOwn(() -> jdbc.update(
                "UPDATE " + table + " SET state = " + SENT + ", changed_at = ?, body = ? WHERE id IN ("
                        + parameters(ids.size()) + ")",
                arguments.toArray()));
    }

    /** When the last of the newest so many was sent, in ms since 1970; 0 if there are fewer. */
    long sentAtOfNewest(long count) {
        return inOwn(() -> jdbc
                .queryForList(
                        "SELECT changed_at FROM " + table + " WHERE state = " + SENT
                                + " ORDER BY changed_at DESC LIMIT 1 OFFSET ?",
                        Long.class,
                        count - 1)
                .stream()
                .findFirst()
                .orElse(0L));
    }

    /**
     * The oldest first, and so many at the most: one statement over all might never end within its time.
     *
     * @return how many were deleted
     */
    int deleteSentBefore(long time, int most) {
        return inOwn(() -> {
            List<Long> ids = jdbc.queryForList(
                    "SELECT id FROM " + table + " WHERE state = " + SENT
                            + " AND changed_at < ? ORDER BY changed_at LIMIT ?",
                    Long.class,
                    time,
                    most);
            return ids.isEmpty() ? 0 : deleteHere(ids);
        });
    }

    /** A send has failed; the message, and those behind it with its ordering key, are not due before the time. */
    void failed(WaitingRow row, String error, long dueAt) {
        inOwn(() -> {
            jdbc.update(
                    "UPDATE " + table + " SET attempts = attempts + 1, last_error = ?, due_at = ? WHERE id = ?",
                    shortened(error),
                    dueAt,
                    row.id());
            return row.orderHash() == null ? 0 : deferKey(row.lane(), row.orderHash(), dueAt);
        });
    }

    /** Messages of the key that came in while an earlier one waits for its next send. */
    void defer(int lane, long orderHash, long dueAt) {
        inOwn(() -> deferKey(lane, orderHash, dueAt));
    }

    private int deferKey(int lane, long orderHash, long dueAt) {
        return jdbc.update(
                "UPDATE " + table + " SET due_at = ? WHERE state = " + WAITING + " AND lane = ? AND order_hash = ?",
                dueAt,
                lane,
                orderHash);
    }

    /** Whoever takes a lane over knows nothing of the pauses in it. */
    void makeDue(int lane) {
        inOwn(() -> jdbc.update(
                "UPDATE " + table + " SET due_at = 0 WHERE state = " + WAITING + " AND lane = ? AND due_at > 0", lane));
    }

    void park(long id, String error, long now) {
        inOwn(() -> jdbc.update(
                "UPDATE " + table + " SET state = " + PARKED
                        + ", attempts = attempts + 1, last_error = ?, changed_at = ?" + " WHERE id = ?",
                shortened(error),
                now,
                id));
    }

    /** Without reading their bodies, which may be large and many. */
    List<ParkedMessage> parked(int limit) {
        return inOwn(() -> jdbc.query(
                "SELECT message_id, topic, properties, OCTET_LENGTH(body) AS bytes, created_at, changed_at, attempts,"
                        + " last_error FROM " + table
                        + " WHERE state = " + PARKED + " ORDER BY id LIMIT ?",
                (row, number) -> ParkedMessage.of(
                        row.getString("message_id"),
                        row.getString("topic"),
                        MessageProperties.decode(new String(row.getBytes("properties"), StandardCharsets.UTF_8)),
                        row.getInt("bytes"),
                        row.getLong("created_at"),
                        row.getLong("changed_at"),
                        row.getInt("attempts"),
                        row.getString("last_error")),
                limit));
    }

    /** @param messageId null for all */
    int unpark(@Nullable String messageId) {
        String statement = "UPDATE " + table + " SET state = " + WAITING
                + ", due_at = 0, attempts = 0, changed_at = NULL" + " WHERE state = " + PARKED;
        return messageId == null
                ? inOwn(() -> jdbc.update(statement))
                : inOwn(() -> jdbc.update(statement + " AND message_id = ?", messageId));
    }

    int deleteParked(String messageId) {
        return inOwn(() ->
                jdbc.update("DELETE FROM " + table + " WHERE state = " + PARKED + " AND message_id = ?", messageId));
    }

    /** What is in the table now. */
    Backlog backlog() {
        Backlog[] found = {new Backlog(0, 0, 0)};
        inOwn(() -> {
            jdbc.query(
                    "SELECT state, COUNT(*), MIN(created_at) FROM " + table + " WHERE state IN (" + WAITING + ", "
                            + PARKED + ") GROUP BY state",
                    row -> {
                        found[0] = row.getInt(1) == PARKED
                                ? new Backlog(found[0].waiting(), found[0].oldestWaitingAt(), row.getLong(2))
                                : new Backlog(row.getLong(2), row.getLong(3), found[0].parked());
                    });
            return 0;
        });
        return found[0];
    }

    /** @param oldestWaitingAt when the oldest of the waiting ones was taken down, in ms since 1970; 0 if none waits */
    record Backlog(long waiting, long oldestWaitingAt, long parked) {}

    /**
     * What is due at a time. A row that is due later than any pause lasts was written before the clock was set back.
     *
     * @param longestPause after which a row is due in any case
     */
    record Due(long now, Duration longestPause) {

        static final String CONDITION = "(due_at <= ? OR due_at > ?)";

        List<Object> arguments() {
            return List.of(now, now + 2 * longestPause.toMillis());
        }
    }

    private <T> T inOwn(java.util.function.Supplier<T> work) {
        T result = own.execute(status -> work.get());
        if (result == null) {
            throw new IllegalStateException("A statement has no result");
        }
        return result;
    }

    private static String parameters(int count) {
        return String.join(", ", Collections.nCopies(count, "?"));
    }

    private static String shortened(String text) {
        String clean = text.replace('\0', ' ');
        return clean.length() <= MAX_ERROR_LENGTH ? clean : clean.substring(0, MAX_ERROR_LENGTH);
    }
}
