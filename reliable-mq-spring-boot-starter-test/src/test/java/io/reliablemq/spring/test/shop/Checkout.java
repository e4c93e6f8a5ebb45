package io.reliablemq.spring.test.shop;

import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.support.ReliableMqHeaders;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.stereotype.Component;

/** Places orders, and remembers those that no broker took. */
@Component
class Checkout {

    private final ReliableMqTemplate mq;
    private final List<Order> notSent = new CopyOnWriteArrayList<>();

    Checkout(ReliableMqTemplate mq) {
        this.mq = mq;
    }

    void place(Order order) {
        try {
            mq.send("orders:created", order, Map.of(ReliableMqHeaders.KEYS, order.id()));
        } catch (SendFailedException e) {
            notSent.add(order);
        }
    }

    List<Order> notSent() {
        return List.copyOf(notSent);
    }
}
