package io.reliablemq.sample.order;

import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.spring.core.ReliableMqOperations;
import io.reliablemq.spring.support.ReliableMqHeaders;
import java.util.Map;
import org.springframework.stereotype.Service;

/**
 * Places orders: inserted first, then sent, then marked as acknowledged.
 *
 * <p>In this order a crash at any point leaves an order that {@link UnacknowledgedOrders} sends again. The other order
 * could charge a customer for an order that nobody knows.
 */
@Service
public class OrderPlacement {

    private final Orders orders;
    private final ReliableMqOperations messages;

    OrderPlacement(Orders orders, ReliableMqOperations messages) {
        this.orders = orders;
        this.messages = messages;
    }

    /**
     * Returns once the order is in the database and its message is safe in the broker.
     *
     * @throws io.reliablemq.client.api.SendFailedException if no attempt ended in {@code SEND_OK}; the order stays and
     *     is sent again later
     */
    public SendReceipt place(String id, String item, long amountCents) {
        return send(orders.place(id, item, amountCents));
    }

    /** Sends an order that is in the database. Sending it twice is harmless: it is charged once. */
    public SendReceipt send(Order order) {
        SendReceipt receipt = messages.send(
                OrderCreated.TOPIC,
                new OrderCreated(order.id(), order.item(), order.amountCents()),
                Map.of(ReliableMqHeaders.KEYS, order.id()));
        orders.acknowledged(order.id());
        return receipt;
    }
}
