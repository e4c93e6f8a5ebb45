package io.reliablemq.sample.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.reliablemq.sample.DatabaseTest;
import io.reliablemq.sample.order.Order;
import io.reliablemq.sample.order.OrderState;
import io.reliablemq.sample.order.Orders;
import io.reliablemq.sample.payment.OrderPaid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;

@DatabaseTest
@Import({ShippingListener.class, Orders.class})
class ShippingListenerTest {

    @Autowired
    private ShippingListener listener;

    @Autowired
    private Orders orders;

    @BeforeEach
    void place() {
        orders.place("o-1", "Tea kettle", 3_950);
    }

    @Test
    void shipsAPaidOrder() {
        orders.move("o-1", OrderState.PLACED, OrderState.PAID);

        listener.onOrderPaid(new OrderPaid("o-1"));

        assertThat(orders.find("o-1")).map(Order::state).contains(OrderState.SHIPPED);
    }

    @Test
    void acceptsARepetition() {
        orders.move("o-1", OrderState.PLACED, OrderState.PAID);
        listener.onOrderPaid(new OrderPaid("o-1"));

        listener.onOrderPaid(new OrderPaid("o-1"));

        assertThat(orders.find("o-1")).map(Order::state).contains(OrderState.SHIPPED);
    }

    @Test
    void doesNotAcknowledgeWhatItCannotShip() {
        assertThatIllegalStateException()
                .isThrownBy(() -> listener.onOrderPaid(new OrderPaid("o-1")))
                .withMessageContaining("PLACED");
        assertThatIllegalStateException().isThrownBy(() -> listener.onOrderPaid(new OrderPaid("o-2")));
    }
}
