package io.reliablemq.sample.payment;

import io.reliablemq.spring.core.ReliableMqOperations;
import io.reliablemq.spring.support.ReliableMqHeaders;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Tells shipping which orders are paid. */
@Component
public class PaidOrders {

    private final ReliableMqOperations messages;

    PaidOrders(ReliableMqOperations messages) {
        this.messages = messages;
    }

    /**
     * Returns once the news is safe in the broker. Telling it twice is harmless: an order ships once.
     *
     * @throws io.reliablemq.client.api.SendFailedException if the broker did not take it
     */
    public void announce(String orderId) {
        messages.send(OrderPaid.TOPIC, new OrderPaid(orderId), Map.of(ReliableMqHeaders.KEYS, orderId));
    }
}
