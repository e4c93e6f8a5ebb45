package io.reliablemq.sample.order;

import static io.reliablemq.sample.order.OrderState.DEAD;
import static io.reliablemq.sample.order.OrderState.PAID;
import static io.reliablemq.sample.order.OrderState.PLACED;
import static io.reliablemq.sample.order.OrderState.SHIPPED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reliablemq.sample.DatabaseTest;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DuplicateKeyException;

@DatabaseTest
@Import({Orders.class, OrderChanges.class})
class OrdersTest {

    private static final Instant FAR_FUTURE = Instant.parse("2999-01-01T00:00:00Z");

    @Autowired
    private Orders orders;

    @Autowired
    private OrderChanges changes;

    @Test
    void keepsAnOrderAsItWasPlaced() {
        Order placed = orders.place("o-1", "Tea kettle", 3_950);

        assertThat(orders.find("o-1")).hasValueSatisfying(found -> {
            assertThat(found)
                    .usingRecursiveComparison()
                    .ignoringFields("placedAt")
                    .isEqualTo(placed);
            assertThat(found.placedAt())
                    .isBetween(
                            placed.placedAt().minusMillis(1), placed.placedAt().plusMillis(1));
            assertThat(found.state()).isEqualTo(PLACED);
            assertThat(found.acknowledgedAt()).isNull();
        });
    }

    @Test
    void refusesASecondOrderWithTheSameId() {
        orders.place("o-1", "Tea kettle", 3_950);

        assertThatExceptionOfType(DuplicateKeyException.class)
                .isThrownBy(() -> orders.place("o-1", "Chess set", 1_200));
    }

    @Test
    void movesAnOrderOnceAndOnlyFromWhereItStands() {
        orders.place("o-1", "Tea kettle", 3_950);

        assertThat(orders.move("o-1", PAID, SHIPPED)).isFalse();
        assertThat(orders.move("o-1", PLACED, PAID)).isTrue();
        assertThat(orders.move("o-1", PLACED, PAID)).isFalse();
        assertThat(orders.move("o-1", PLACED, DEAD)).isFalse();
        assertThat(orders.move("o-1", PAID, SHIPPED)).isTrue();
        assertThat(orders.find("o-1")).map(Order::state).contains(SHIPPED);
    }

    @Test
    void listsOrdersWhoseSendIsNotAcknowledged() {
        orders.place("o-1", "Tea kettle", 3_950);
        Order second = orders.place("o-2", "Chess set", 1_200);
        orders.acknowledged("o-1");

        assertThat(orders.unacknowledgedBefore(FAR_FUTURE))
                .extracting(Order::id)
                .containsExactly("o-2");
        assertThat(orders.unacknowledgedBefore(second.placedAt().minusSeconds(1)))
                .isEmpty();
    }

    @Test
    void keepsTheTimeOfTheFirstAcknowledgement() {
        orders.place("o-1", "Tea kettle", 3_950);
        orders.acknowledged("o-1");
        Instant first = orders.find("o-1").orElseThrow().acknowledgedAt();

        orders.acknowledged("o-1");

        assertThat(orders.find("o-1").orElseThrow().acknowledgedAt())
                .isNotNull()
                .isEqualTo(first);
    }

    @Test
    void announcesEachChangeButNotWhatChangedNothing() {
        long before = changes.version();
        orders.place("o-1", "Tea kettle", 3_950);
        orders.move("o-1", PLACED, PAID);
        assertThat(changes.version()).isEqualTo(before + 2);

        orders.move("o-1", PLACED, PAID);
        assertThat(changes.version()).isEqualTo(before + 2);
    }
}
