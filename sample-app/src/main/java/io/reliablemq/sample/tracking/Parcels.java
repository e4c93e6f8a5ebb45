package io.reliablemq.sample.tracking;

import io.reliablemq.sample.order.Orders;
import java.time.Clock;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** How far parcels are, and who was asked for a review. Knows nothing of messages that come twice: its callers do. */
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

    /** @throws org.springframework.dao.DuplicateKeyException if the parcel has reached that step before */
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

    /** @throws org.springframework.dao.DuplicateKeyException if the customer was asked before */
    @Transactional
    public void askForReview(String orderId) {
        jdbc.sql("INSERT INTO review_request (order_id, asked_at) VALUES (:id, :now)")
                .param("id", orderId)
                .param("now", clock.instant())
                .update();
        orders.touch(orderId);
    }
}
