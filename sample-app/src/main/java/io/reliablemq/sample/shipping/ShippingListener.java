package io.reliablemq.sample.shipping;

import io.reliablemq.sample.order.Order;
import io.reliablemq.sample.order.OrderState;
import io.reliablemq.sample.order.Orders;
import io.reliablemq.sample.payment.OrderPaid;
import io.reliablemq.spring.annotation.MessageListener;
import org.springframework.stereotype.Component;

/** Ships each paid order, once. */
@Component
class ShippingListener {

    private final Shipments shipments;
    private final Orders orders;

    ShippingListener(Shipments shipments, Orders orders) {
        this.shipments = shipments;
        this.orders = orders;
    }

    @MessageListener(topic = OrderPaid.TOPIC, group = "shipping")
    void onOrderPaid(OrderPaid paid) {
        if (!shipments.ship(paid.orderId())) {
            requireShipped(paid.orderId());
        }
    }

    /** A repetition finds the order shipped. Anything else must not be acknowledged: the message stays. */
    private void requireShipped(String id) {
        OrderState state = orders.find(id).map(Order::state).orElse(null);
        if (state != OrderState.SHIPPED) {
            throw new IllegalStateException("Order " + id + " was announced as paid but is " + state);
        }
    }
}
