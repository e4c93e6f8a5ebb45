package io.reliablemq.sample.board;

import io.reliablemq.sample.demo.DemoRun;
import io.reliablemq.sample.order.OrderState;
import io.reliablemq.sample.tally.Tally;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One look at the order service.
 *
 * @param totals of all orders
 * @param underWay orders that are still moving
 * @param failureRate share of charges that the payment gateway refuses
 * @param maxAttempts attempts to charge before an order is given up
 * @param run the newest demonstration; null if there was none
 * @param summary what became of it; null until it has ended
 * @param orders the newest first, at most {@value BoardQuery#MAX_ORDERS}
 */
record Board(
        Tally totals,
        int underWay,
        double failureRate,
        int maxAttempts,
        @Nullable DemoRun run,
        @Nullable String summary,
        List<Line> orders) {

    /**
     * An order.
     *
     * @param attempts to charge it
     * @param refusal why the last one that failed did so; null if none did
     * @param parcel the last step of its parcel; null before the first
     * @param reviewAsked whether the customer was asked how they like it
     */
    record Line(
            String id,
            String item,
            long amountCents,
            OrderState state,
            boolean acknowledged,
            Instant placedAt,
            Instant changedAt,
            int attempts,
            @Nullable String refusal,
            @Nullable String parcel,
            boolean reviewAsked) {}
}
