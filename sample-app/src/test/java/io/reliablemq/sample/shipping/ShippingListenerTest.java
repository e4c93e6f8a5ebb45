package io.reliablemq.sample.shipping;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.times;

import io.reliablemq.sample.DatabaseTest;
import io.reliablemq.sample.order.OrderState;
import io.reliablemq.sample.order.Orders;
import io.reliablemq.sample.payment.OrderPaid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

@DatabaseTest
@Import({ShippingListener.class, Orders.class})
class ShippingListenerTest {

    @Autowired
    private ShippingListener listener;

    @Autowired
    private Orders orders;

    @MockitoBean
    private Shipments shipments;

    @BeforeEach
    void place() {
        orders.place("o-1", "Tea kettle", 3_950);
    }

    @Test
    void shipsAPaidOrder() {
        given(shipments.ship("o-1")).willReturn(true);

        listener.onOrderPaid(new OrderPaid("o-1"));

        then(shipments).should(times(1)).ship("o-1");
    }

    @Test
    void acceptsARepetition() {
        orders.move("o-1", OrderState.PLACED, OrderState.PAID);
        orders.move("o-1", OrderState.PAID, OrderState.SHIPPED);
        given(shipments.ship("o-1")).willReturn(false);

        listener.onOrderPaid(new OrderPaid("o-1"));

        then(shipments).should(times(1)).ship("o-1");
    }

    @Test
    void doesNotAcknowledgeWhatItCannotShip() {
        given(shipments.ship("o-1")).willReturn(false);

        assertThatIllegalStateException()
                .isThrownBy(() -> listener.onOrderPaid(new OrderPaid("o-1")))
                .withMessageContaining("PLACED");
        assertThatIllegalStateException().isThrownBy(() -> listener.onOrderPaid(new OrderPaid("o-2")));
    }
}
