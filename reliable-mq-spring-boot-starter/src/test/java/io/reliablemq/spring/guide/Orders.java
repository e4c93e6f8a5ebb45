package io.reliablemq.spring.guide;

import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.spring.core.ReliableMqOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

// tag::outbox[]
@Service
class Orders {

    private final JdbcTemplate jdbc;
    private final ReliableMqOperations messages;

    Orders(JdbcTemplate jdbc, ReliableMqOperations messages) {
        this.jdbc = jdbc;
        this.messages = messages;
    }

    @Transactional
    SendReceipt place(Order order) {
        jdbc.update("INSERT INTO orders (id, customer) VALUES (?, ?)", order.id(), order.customer());
        return messages.newMessage(order) // <1>
                .topic("orders:created")
                .key(order.id())
                .orderingKey(order.customer())
                .send();
    }
    // end::outbox[]

    @Transactional
    void placeAndFail(Order order) {
        place(order);
        throw new IllegalStateException("the card was refused");
    }
    // tag::outbox[]
}
// end::outbox[]
