package io.reliablemq.sample.tracking;

import io.reliablemq.sample.order.Orders;
import java.time.Clock;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** How far parcels are, and who was asked for a review. Each row is written once, however often a message comes. */
@Repository
class Parcels {

    private final JdbcClient jdbc;
    private final Orders orders;
    private final Clock clock;

    Parcels(JdbcClient jdbc, Orders orders, Clock clock) {
        this.jdbc = jdbc;
        this.orders = orders;
        this.clock = clock;
    }

    /** The last step of the order's parcel; 0 before the first. */
    int lastStep(String orderId) {
        return jdbc.sql("SELECT COALESCE(MAX(number), 0) FROM parcel_step WHERE order_id = :id")
                .param("id", orderId)
                .query(Integer.class)
                .single();
    }

    @Transactional
    public void reached(String orderId, int number, String name) {
        jdbc.sql("INSERT INTO parcel_step (order_id, number, name, reached_at) VALUES (:id, :number, :name, :now)")
                .param("id", orderId)
                .param("number", number)
                .param("name", name)
                .param("now", clock.instant())
                .update();
        orders.touch(orderId);
    }

    /** Asks once, also when the message comes again. */
    @Transactional
    public void askForReview(String orderId) {
        int asked = jdbc.sql("""
                INSERT INTO review_request (order_id, asked_at) SELECT :id, :now
                 WHERE NOT EXISTS (SELECT 1 FROM review_request WHERE order_id = :id)""")
                .param("id", orderId)
                .param("now", clock.instant())
                .update();
        if (asked > 0) {
            orders.touch(orderId);
        }
    }
}
