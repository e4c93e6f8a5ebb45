package io.reliablemq.sample.shipping;

import io.reliablemq.sample.SampleProperties;
import io.reliablemq.sample.order.OrderState;
import io.reliablemq.sample.order.Orders;
import io.reliablemq.spring.core.ReliableMqOperations;
import io.reliablemq.spring.core.TransactionMode;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Ships orders. That an order is shipped and the news of it go into the database in one transaction, through the outbox: there is
 * never one without the other, wherever the process dies.
 */
@Service
class Shipments {

    private final Orders orders;
    private final ReliableMqOperations messages;
    private final SampleProperties properties;

    Shipments(Orders orders, ReliableMqOperations messages, SampleProperties properties) {
        this.orders = orders;
        this.messages = messages.inTransaction(TransactionMode.OUTBOX);
        this.properties = properties;
    }

    /** @return whether it was this call that shipped the order; false if it is not waiting for that */
    @Transactional
    public boolean ship(String orderId) {
        if (!orders.move(orderId, OrderState.PAID, OrderState.SHIPPED)) {
            return false;
        }
        for (int number = 1; number <= ParcelStep.WAY.size(); number++) {
            messages.newMessage(new ParcelStep(orderId, number, ParcelStep.WAY.get(number - 1)))
                    .topic(ParcelStep.TOPIC)
                    .key(orderId)
                    .orderingKey(orderId)
                    .send();
        }
        messages.newMessage(new ReviewDue(orderId))
                .topic(ReviewDue.TOPIC)
                .key(orderId)
                .deliverAfter(properties.reviewAfter())
                .send();
        return true;
    }
}
