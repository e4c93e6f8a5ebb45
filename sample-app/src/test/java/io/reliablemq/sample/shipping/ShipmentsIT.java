package io.reliablemq.sample.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.sample.order.OrderPlacement;
import io.reliablemq.sample.order.OrderState;
import io.reliablemq.sample.order.Orders;
import io.reliablemq.spring.test.BrokerFaults;
import io.reliablemq.spring.test.EmbeddedReliableMq;
import io.reliablemq.spring.test.ReliableMqTestTemplate;
import io.reliablemq.spring.test.VirtualClock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** From a shipped order through the outbox to the steps of its parcel, in order, and to a question three days later. */
@SpringBootTest(
        properties = {
            "sample.demo.enabled=false",
            "sample.payment.failure-rate=0",
            "sample.review-after=3d",
            "spring.datasource.url=jdbc:h2:mem:shipments"
        })
@EmbeddedReliableMq
class ShipmentsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Autowired
    private OrderPlacement placement;

    @Autowired
    private Shipments shipments;

    @Autowired
    private Orders orders;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private ReliableMqTestTemplate mq;

    @Autowired
    private VirtualClock clock;

    @Autowired
    private BrokerFaults faults;

    @AfterEach
    void awaitEmptyOutbox() {
        await().atMost(PATIENCE).until(() -> rows("reliable_mq_outbox") == 0);
    }

    @Test
    void tellsOfEachStepInOrderAndAsksForAReviewWhenItIsTime() {
        placement.place("o-1", "Tea kettle", 3_950);

        assertThat(mq.topic(ParcelStep.TOPIC))
                .within(PATIENCE)
                .hasReceivedPayloadsInOrder(
                        new ParcelStep("o-1", 1, "packed"),
                        new ParcelStep("o-1", 2, "on its way"),
                        new ParcelStep("o-1", 3, "delivered"));
        await().atMost(PATIENCE).until(() -> steps("o-1") == 3);
        assertThat(mq.group("tracking"))
                .within(PATIENCE)
                .hasFinishedEverything()
                .hasNoDeadLetters();
        awaitEmptyOutbox();
        assertThat(mq.waiting()).isPositive();
        assertThat(mq.topic(ReviewDue.TOPIC)).hasReceivedNothing();

        clock.advance(Duration.ofDays(3));
        assertThat(mq.topic(ReviewDue.TOPIC)).within(PATIENCE).hasReceivedPayload(new ReviewDue("o-1"));
        await().atMost(PATIENCE).until(() -> rows("review_request WHERE order_id = 'o-1'") == 1);
    }

    @Test
    void countsAStepOnceThatComesTwice() {
        faults.nextSends(3).to(ParcelStep.TOPIC).areStoredTwice();
        placement.place("o-3", "Chess set", 1_200);

        assertThat(mq.topic(ParcelStep.TOPIC)).within(PATIENCE).hasReceived(6);
        await().atMost(PATIENCE).until(() -> steps("o-3") == 3);
        assertThat(mq.group("tracking"))
                .within(PATIENCE)
                .hasFinishedEverything()
                .hasNoDeadLetters();
    }

    @Test
    void tellsNobodyOfAShipmentThatIsRolledBack() {
        orders.place("o-2", "Chess set", 1_200);
        orders.move("o-2", OrderState.PLACED, OrderState.PAID);

        transaction.executeWithoutResult(status -> {
            assertThat(shipments.ship("o-2")).isTrue();
            status.setRollbackOnly();
        });
        assertThat(orders.find("o-2"))
                .hasValueSatisfying(order -> assertThat(order.state()).isEqualTo(OrderState.PAID));
        assertThat(rows("reliable_mq_outbox")).isZero();

        // What is shipped afterwards is told of, so the silence before was not that of a broken outbox.
        assertThat(shipments.ship("o-2")).isTrue();
        assertThat(mq.topic(ParcelStep.TOPIC)).within(PATIENCE).hasReceived(3);
    }

    private int steps(String orderId) {
        return jdbc.sql("SELECT COUNT(*) FROM parcel_step WHERE order_id = :id")
                .param("id", orderId)
                .query(Integer.class)
                .single();
    }

    private int rows(String table) {
        return jdbc.sql("SELECT COUNT(*) FROM " + table).query(Integer.class).single();
    }
}
