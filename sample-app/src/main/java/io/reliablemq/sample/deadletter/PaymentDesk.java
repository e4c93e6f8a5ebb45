package io.reliablemq.sample.deadletter;

import io.reliablemq.sample.order.Order;
import io.reliablemq.sample.order.OrderCreated;
import io.reliablemq.sample.order.OrderState;
import io.reliablemq.sample.order.Orders;
import io.reliablemq.sample.payment.PaidOrders;
import io.reliablemq.sample.payment.PaymentGroup;
import io.reliablemq.spring.annotation.DeadLetterListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Takes over orders from the dead letters of group {@code payment}. */
@Component
class PaymentDesk {

    private static final Logger log = LoggerFactory.getLogger(PaymentDesk.class);

    private final Orders orders;
    private final PaidOrders paidOrders;

    PaymentDesk(Orders orders, PaidOrders paidOrders) {
        this.orders = orders;
        this.paidOrders = paidOrders;
    }

    @DeadLetterListener(group = PaymentGroup.NAME, consumerGroup = "payment-desk")
    void onDeadLetter(OrderCreated created) {
        Order order = orders.find(created.orderId())
                .orElseThrow(() -> new IllegalStateException("Order " + created.orderId() + " is not in the database"));
        if (order.state() == OrderState.PAID) {
            // Not the charge failed but the news to shipping, each time: the order must not be left behind.
            paidOrders.announce(order.id());
        } else if (orders.move(order.id(), OrderState.PLACED, OrderState.DEAD)) {
            log.info("Order {} could not be charged and is given up", order.id());
        }
    }
}
