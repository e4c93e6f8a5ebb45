package io.reliablemq.sample.payment;

import io.reliablemq.sample.order.OrderState;
import io.reliablemq.sample.order.Orders;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** The book of charges: each attempt, and at most one charge an order. */
@Repository
class Charges {

    private final JdbcClient jdbc;
    private final Orders orders;
    private final Clock clock;

    Charges(JdbcClient jdbc, Orders orders, Clock clock) {
        this.jdbc = jdbc;
        this.orders = orders;
        this.clock = clock;
    }

    /** Records an attempt that failed; committed before the listener hands the exception to the broker. */
    @Transactional
    public void refused(String orderId, int reconsumeTimes, String reason) {
        attempt(orderId, reconsumeTimes, reason);
        orders.touch(orderId);
    }

    /**
     * Records the charge and moves the order to {@link OrderState#PAID}, both or neither.
     *
     * @throws org.springframework.dao.DuplicateKeyException if the order has been charged before
     * @throws IllegalStateException if the order is no longer waiting for its payment
     */
    @Transactional
    public void charged(String orderId, int reconsumeTimes, long amountCents) {
        jdbc.sql("INSERT INTO charge (order_id, amount_cents, charged_at) VALUES (:id, :amount, :now)")
                .param("id", orderId)
                .param("amount", amountCents)
                .param("now", clock.instant())
                .update();
        attempt(orderId, reconsumeTimes, null);
        if (!orders.move(orderId, OrderState.PLACED, OrderState.PAID)) {
            throw new IllegalStateException("Order " + orderId + " is not waiting for its payment; the charge of "
                    + amountCents + " cents is taken back");
        }
    }

    /** One row a delivery: the same delivery after a crash replaces its row, so that attempts are not counted twice. */
    private void attempt(String orderId, int reconsumeTimes, @Nullable String refusal) {
        jdbc.sql("""
                MERGE INTO charge_attempt (order_id, reconsume_times, attempted_at, refusal)
                KEY (order_id, reconsume_times) VALUES (:id, :times, :now, :refusal)""")
                .param("id", orderId)
                .param("times", reconsumeTimes)
                .param("now", clock.instant())
                .param("refusal", refusal)
                .update();
    }
}
