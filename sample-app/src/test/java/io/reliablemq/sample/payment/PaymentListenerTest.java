package io.reliablemq.sample.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;

import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.sample.DatabaseTest;
import io.reliablemq.sample.order.Order;
import io.reliablemq.sample.order.OrderCreated;
import io.reliablemq.sample.order.OrderState;
import io.reliablemq.sample.order.Orders;
import io.reliablemq.sample.order.Sends;
import io.reliablemq.spring.core.ReliableMqOperations;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

@DatabaseTest
@Import({PaymentListener.class, Charges.class, PaidOrders.class, Orders.class})
class PaymentListenerTest {

    private static final OrderCreated CREATED = new OrderCreated("o-1", "Tea kettle", 3_950);

    @Autowired
    private PaymentListener listener;

    @Autowired
    private Orders orders;

    @Autowired
    private JdbcClient jdbc;

    @MockitoBean
    private PaymentGateway gateway;

    @MockitoBean
    private ReliableMqOperations messages;

    @BeforeEach
    void place() {
        orders.place(CREATED.orderId(), CREATED.item(), CREATED.amountCents());
    }

    @Test
    void chargesAnOrderAndTellsShipping() {
        listener.onOrderCreated(CREATED, 0);

        assertThat(state()).isEqualTo(OrderState.PAID);
        assertThat(rows("charge")).isEqualTo(1);
        assertThat(rows("charge_attempt")).isEqualTo(1);
        then(messages).should().send(eq(OrderPaid.TOPIC), eq(new OrderPaid("o-1")), any());
    }

    @Test
    void recordsARefusalAndLeavesTheMessageWithTheBroker() {
        willThrow(new PaymentRefusedException("o-1", "the bank did not answer"))
                .given(gateway)
                .charge("o-1", 3_950);

        assertThatExceptionOfType(PaymentRefusedException.class).isThrownBy(() -> listener.onOrderCreated(CREATED, 0));

        assertThat(state()).isEqualTo(OrderState.PLACED);
        assertThat(rows("charge")).isZero();
        assertThat(jdbc.sql("SELECT refusal FROM charge_attempt")
                        .query(String.class)
                        .list())
                .containsExactly("the bank did not answer");
        then(messages).shouldHaveNoInteractions();
    }

    @Test
    void countsARepeatedDeliveryOfTheSameAttemptOnce() {
        willThrow(new PaymentRefusedException("o-1", "no")).given(gateway).charge("o-1", 3_950);
        assertThatExceptionOfType(PaymentRefusedException.class).isThrownBy(() -> listener.onOrderCreated(CREATED, 0));
        assertThatExceptionOfType(PaymentRefusedException.class).isThrownBy(() -> listener.onOrderCreated(CREATED, 0));
        assertThatExceptionOfType(PaymentRefusedException.class).isThrownBy(() -> listener.onOrderCreated(CREATED, 1));

        assertThat(rows("charge_attempt")).isEqualTo(2);
    }

    @Test
    void goesOnWithoutASecondChargeIfItWasCutOffBeforeItToldShipping() {
        given(messages.send(any(), any(), any()))
                .willThrow(Sends.failure(Message.of(OrderPaid.TOPIC, new byte[] {1})))
                .willReturn(Sends.receipt(OrderPaid.TOPIC));
        assertThatExceptionOfType(SendFailedException.class).isThrownBy(() -> listener.onOrderCreated(CREATED, 0));
        assertThat(state()).isEqualTo(OrderState.PAID);

        listener.onOrderCreated(CREATED, 1);

        then(gateway).should(times(1)).charge("o-1", 3_950);
        then(messages).should(times(2)).send(eq(OrderPaid.TOPIC), any(), any());
        assertThat(rows("charge")).isEqualTo(1);
    }

    @Test
    void keepsNothingOfAChargeThatTheStateForbids() {
        // The order is given up while the gateway is at work.
        willAnswer(call -> orders.move("o-1", OrderState.PLACED, OrderState.DEAD))
                .given(gateway)
                .charge("o-1", 3_950);

        assertThatIllegalStateException().isThrownBy(() -> listener.onOrderCreated(CREATED, 0));

        assertThat(rows("charge")).isZero();
        assertThat(rows("charge_attempt")).isZero();
    }

    @Test
    void chargesNothingForAnOrderThatIsAtItsEnd() {
        orders.move("o-1", OrderState.PLACED, OrderState.DEAD);

        listener.onOrderCreated(CREATED, 0);

        then(gateway).should(never()).charge(any(), eq(3_950L));
        then(messages).shouldHaveNoInteractions();
    }

    @Test
    void doesNotAcknowledgeAnOrderThatItCannotFind() {
        assertThatIllegalStateException()
                .isThrownBy(() -> listener.onOrderCreated(new OrderCreated("o-2", "Chess set", 1_200), 0))
                .withMessageContaining("o-2");
    }

    private OrderState state() {
        return orders.find("o-1").map(Order::state).orElseThrow();
    }

    private int rows(String table) {
        return jdbc.sql("SELECT COUNT(*) FROM " + table).query(Integer.class).single();
    }
}
