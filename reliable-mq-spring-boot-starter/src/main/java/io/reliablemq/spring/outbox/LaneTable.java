package io.reliablemq.spring.outbox;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The statements on the tables of instances and lanes. Each changes one row, on the condition that it is as it was read, in a
 * transaction of its own: so instances that want the same cannot lock each other out.
 */
final class LaneTable {

    private static final int TIMEOUT_SECONDS = 10;

    private final JdbcTemplate jdbc;
    private final TransactionTemplate own;
    private final String relays;
    private final String lanes;

    /** @param owner null for nobody. @param epoch grows with every change of the owner */
    record Owned(int lane, @Nullable String owner, long epoch) {}

    LaneTable(DataSource dataSource, String tablePrefix) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.jdbc.setQueryTimeout(TIMEOUT_SECONDS);
        this.own = OutboxTable.ownTransactions(dataSource);
        this.relays = tablePrefix + "outbox_relay";
        this.lanes = tablePrefix + "outbox_lane";
    }

    /** Makes the rows of lanes that are not there yet. */
    void prepare() {
        List<Integer> present = jdbc.queryForList("SELECT lane FROM " + lanes, Integer.class);
        for (int lane : IntStream.range(0, Lane.COUNT)
                .filter(lane -> !present.contains(lane))
                .toArray()) {
            try {
                update("INSERT INTO " + lanes + " (lane, owner, epoch) VALUES (?, NULL, 0)", lane);
            } catch (DuplicateKeyException e) {
                // Another instance was quicker.
                continue;
            }
        }
    }

    /** Repeatable, since the answer may be lost. */
    void join(String instance) {
        try {
            update("INSERT INTO " + relays + " (instance, beat) VALUES (?, 0)", instance);
        } catch (DuplicateKeyException e) {
            // An earlier attempt came through: nobody else has this instance's name.
            return;
        }
    }

    /** @return false if others have struck the instance off */
    boolean beat(String instance) {
        return update("UPDATE " + relays + " SET beat = beat + 1 WHERE instance = ?", instance) == 1;
    }

    /** All instances and their beats. */
    Map<String, Long> beats() {
        Map<String, Long> beats = new HashMap<>();
        jdbc.query("SELECT instance, beat FROM " + relays, row -> {
            beats.put(row.getString(1), row.getLong(2));
        });
        return beats;
    }

    /** @return false if it has beaten again meanwhile */
    boolean strikeOff(String instance, long beat) {
        return update("DELETE FROM " + relays + " WHERE instance = ? AND beat = ?", instance, beat) == 1;
    }

    void leave(String instance) {
        update("UPDATE " + lanes + " SET owner = NULL, epoch = epoch + 1 WHERE owner = ?", instance);
        update("DELETE FROM " + relays + " WHERE instance = ?", instance);
    }

    Map<Integer, Owned> lanes() {
        return jdbc
                .query(
                        "SELECT lane, owner, epoch FROM " + lanes,
                        (row, number) -> new Owned(row.getInt(1), row.getString(2), row.getLong(3)))
                .stream()
                .collect(Collectors.toMap(Owned::lane, lane -> lane));
    }

    /** @param owner null to give it up. @return false if it has changed since it was read */
    boolean change(Owned read, @Nullable String owner) {
        return update(
                        "UPDATE " + lanes + " SET owner = ?, epoch = epoch + 1 WHERE lane = ? AND epoch = ?",
                        owner,
                        read.lane(),
                        read.epoch())
                == 1;
    }

    private int update(String statement, @Nullable Object... arguments) {
        Integer rows = own.execute(status -> jdbc.update(statement, arguments));
        return rows == null ? 0 : rows;
    }
}
