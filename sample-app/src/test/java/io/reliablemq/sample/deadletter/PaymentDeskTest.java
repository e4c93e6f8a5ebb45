package io.reliablemq.sample.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.then;

import io.reliablemq.sample.DatabaseTest;
import io.reliablemq.sample.order.Order;
import io.reliablemq.sample.order.OrderCreated;
import io.reliablemq.sample.order.OrderState;
import io.reliablemq.sample.order.Orders;
import io.reliablemq.sample.payment.PaidOrders;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

@DatabaseTest
@Import({PaymentDesk.class, Orders.class})
class PaymentDeskTest {

    private static final OrderCreated CREATED = new OrderCreated("o-1", "Tea kettle", 3_950);

    @Autowired
    private PaymentDesk desk;

    @Autowired
    private Orders orders;

    @MockitoBean
    private PaidOrders paidOrders;

    @BeforeEach
    void place() {
        orders.place("o-1", "Tea kettle", 3_950);
    }

    @Test
    void givesUpAnOrderThatCouldNotBeCharged() {
        desk.onDeadLetter(CREATED);
        desk.onDeadLetter(CREATED);

        assertThat(state()).isEqualTo(OrderState.DEAD);
        then(paidOrders).shouldHaveNoInteractions();
    }

    @Test
    void sendsAPaidOrderOnToShipping() {
        orders.move("o-1", OrderState.PLACED, OrderState.PAID);

        desk.onDeadLetter(CREATED);

        assertThat(state()).isEqualTo(OrderState.PAID);
        then(paidOrders).should().announce("o-1");
    }

    @Test
    void doesNotAcknowledgeAnOrderThatItCannotFind() {
        assertThatIllegalStateException()
                .isThrownBy(() -> desk.onDeadLetter(new OrderCreated("o-2", "Chess set", 1_200)));
    }

    private OrderState state() {
        return orders.find("o-1").map(Order::state).orElseThrow();
    }
}
