package io.reliablemq.docs;

import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.spring.annotation.DeadLetterListener;
import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.core.ReliableMqOperations;
import io.reliablemq.spring.support.ReliableMqHeaders;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;

/** Snippets of the page "Getting started". */
final class GettingStarted {

    private static final Logger log = LoggerFactory.getLogger(GettingStarted.class);

    record Order(String id, long amountCents) {}

    interface Gateway {
        void charge(Order order);
    }

    // tag::sending[]
    @Service
    static class Orders {

        private final ReliableMqOperations messages;

        Orders(ReliableMqOperations messages) {
            this.messages = messages;
        }

        void place(Order order) {
            SendReceipt receipt = messages.send("order-created", order); // <1>
            log.info("Order {} is safe as message {}", order.id(), receipt.messageId());
        }
    }
    // end::sending[]

    @Component
    static class Payment {

        private final Gateway gateway;

        Payment(Gateway gateway) {
            this.gateway = gateway;
        }

        // tag::listening[]
        @MessageListener(topic = "order-created", group = "payment")
        void onOrderCreated(Order order, @Header(ReliableMqHeaders.RECONSUME_TIMES) int retries) {
            gateway.charge(order); // <1>
        }
        // end::listening[]
    }

    @Component
    static class PaymentDesk {

        // tag::dead-letters[]
        @DeadLetterListener(group = "payment")
        void onDeadLetter(Order order) {
            log.warn("Order {} was given up", order.id()); // look at it, tell somebody, correct it, send it again
        }
        // end::dead-letters[]
    }

    static void inOrder(ReliableMqOperations template, Order order) {
        // tag::ordered[]
        template.send("orders", order, Map.of(ReliableMqHeaders.ORDERING_KEY, "customer-17"));
        // end::ordered[]
    }

    private GettingStarted() {}
}
