package io.reliablemq.sample.payment;

import io.reliablemq.sample.order.Order;
import io.reliablemq.sample.order.OrderCreated;
import io.reliablemq.sample.order.Orders;
import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.support.ReliableMqHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.stereotype.Component;

/**
 * Charges each new order.
 *
 * <p>Whatever throws here (the gateway, the database, the send to shipping) leaves the message with the broker, which
 * delivers it again after a delay. So a delivery may find its work partly done by an earlier one, and goes on from
 * there.
 */
@Component
class PaymentListener {

    private static final Logger log = LoggerFactory.getLogger(PaymentListener.class);

    private final Orders orders;
    private final PaymentGateway gateway;
    private final Charges charges;
    private final PaidOrders paidOrders;

    PaymentListener(Orders orders, PaymentGateway gateway, Charges charges, PaidOrders paidOrders) {
        this.orders = orders;
        this.gateway = gateway;
        this.charges = charges;
        this.paidOrders = paidOrders;
    }

    @MessageListener(
            topic = OrderCreated.TOPIC,
            group = PaymentGroup.NAME,
            maxReconsumeTimes = "${sample.payment.max-reconsume-times:3}")
    void onOrderCreated(OrderCreated created, @Header(ReliableMqHeaders.RECONSUME_TIMES) int reconsumeTimes) {
        Order order = orders.find(created.orderId())
                .orElseThrow(() -> new IllegalStateException("Order " + created.orderId() + " is not in the database"));
        switch (order.state()) {
            case PLACED -> {
                charge(order, reconsumeTimes);
                paidOrders.announce(order.id());
            }
            // An earlier delivery charged it and may have been cut off before it told shipping.
            case PAID -> paidOrders.announce(order.id());
            case SHIPPED, DEAD -> log.debug("Order {} is {} already; nothing to charge", order.id(), order.state());
        }
    }

    private void charge(Order order, int reconsumeTimes) {
        try {
            gateway.charge(order.id(), order.amountCents());
        } catch (PaymentRefusedException e) {
            charges.refused(order.id(), reconsumeTimes, e.reason());
            throw e;
        }
        charges.charged(order.id(), reconsumeTimes, order.amountCents());
    }
}
