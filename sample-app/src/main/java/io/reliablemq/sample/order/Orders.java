package io.reliablemq.sample.order;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/**
 * The orders in the database.
 *
 * <p>Each state is reached by one guarded update, so that a message that is delivered twice moves an order once.
 */
@Repository
public class Orders {

    private final JdbcClient jdbc;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    Orders(JdbcClient jdbc, ApplicationEventPublisher events, Clock clock) {
        this.jdbc = jdbc;
        this.events = events;
        this.clock = clock;
    }

    /**
     * Adds an order in state {@link OrderState#PLACED}.
     *
     * @throws org.springframework.dao.DuplicateKeyException if there is one with this id
     */
    @Transactional
    public Order place(String id, String item, long amountCents) {
        Order order = new Order(id, item, amountCents, OrderState.PLACED, clock.instant(), null);
        jdbc.sql("""
                INSERT INTO orders (id, item, amount_cents, state, placed_at, changed_at)
                VALUES (:id, :item, :amount, :state, :now, :now)""")
                .param("id", id)
                .param("item", item)
                .param("amount", amountCents)
                .param("state", order.state().name())
                .param("now", order.placedAt())
                .update();
        events.publishEvent(new OrderChanged(id));
        return order;
    }

    public Optional<Order> find(String id) {
        return jdbc.sql("SELECT * FROM orders WHERE id = :id")
                .param("id", id)
                .query(Orders::order)
                .optional();
    }

    /** Records that the broker has the order's message safe. */
    @Transactional
    public void acknowledged(String id) {
        changed(id, jdbc.sql("""
                UPDATE orders SET acknowledged_at = :now, changed_at = :now
                WHERE id = :id AND acknowledged_at IS NULL""").param("id", id).param("now", clock.instant()).update());
    }

    /**
     * Orders that were placed before the given time and whose message is not known to be safe, oldest first. It may be
     * safe all the same: the acknowledgement may be what was lost.
     */
    public List<Order> unacknowledgedBefore(Instant time) {
        return jdbc.sql("""
                SELECT * FROM orders WHERE acknowledged_at IS NULL AND placed_at < :time
                ORDER BY placed_at, id""").param("time", time).query(Orders::order).list();
    }

    /**
     * Moves an order on.
     *
     * @return whether it was this call that moved it; false if it does not stand where it was expected
     */
    @Transactional
    public boolean move(String id, OrderState from, OrderState to) {
        return changed(
                id,
                jdbc.sql("""
                UPDATE orders SET state = :to, changed_at = :now WHERE id = :id AND state = :from""")
                        .param("id", id)
                        .param("from", from.name())
                        .param("to", to.name())
                        .param("now", clock.instant())
                        .update());
    }

    /**
     * Has an order that was given up wait for its payment again, and for its message to be safe in the broker.
     *
     * @return whether it was this call that did so; false if it is not given up
     */
    @Transactional
    public boolean reopen(String id) {
        return changed(
                id, jdbc.sql("""
                UPDATE orders SET state = 'PLACED', acknowledged_at = NULL, changed_at = :now
                WHERE id = :id AND state = 'DEAD'""").param("id", id).param("now", clock.instant()).update());
    }

    /** Notes that there is news of an order although its state stays the same. */
    @Transactional
    public void touch(String id) {
        changed(
                id,
                jdbc.sql("UPDATE orders SET changed_at = :now WHERE id = :id")
                        .param("id", id)
                        .param("now", clock.instant())
                        .update());
    }

    private boolean changed(String id, int rows) {
        if (rows > 0) {
            events.publishEvent(new OrderChanged(id));
        }
        return rows > 0;
    }

    private static Order order(ResultSet row, int number) throws SQLException {
        return new Order(
                row.getString("id"),
                row.getString("item"),
                row.getLong("amount_cents"),
                OrderState.valueOf(row.getString("state")),
                row.getObject("placed_at", Instant.class),
                row.getObject("acknowledged_at", Instant.class));
    }
}
