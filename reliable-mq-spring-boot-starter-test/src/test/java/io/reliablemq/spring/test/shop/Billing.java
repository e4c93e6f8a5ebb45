package io.reliablemq.spring.test.shop;

import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.core.ReliableMqTemplate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/** Charges orders, and sends an invoice for each. */
@Component
class Billing {

    private final ReliableMqTemplate mq;
    private final List<Order> attempts = new CopyOnWriteArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();

    Billing(ReliableMqTemplate mq) {
        this.mq = mq;
    }

    @MessageListener(topic = "orders", group = "billing")
    void charge(Order order) {
        attempts.add(order);
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new IllegalStateException("The bank does not answer");
        }
        mq.send("invoices", "invoice for " + order.id());
    }

    void failNextAttempts(int count) {
        failures.set(count);
    }

    List<Order> attempts() {
        return List.copyOf(attempts);
    }

    void forget() {
        attempts.clear();
        failures.set(0);
    }
}
