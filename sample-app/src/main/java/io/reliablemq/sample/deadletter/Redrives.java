package io.reliablemq.sample.deadletter;

import io.reliablemq.client.api.DeadLetters;
import io.reliablemq.client.api.DeadLetters.DeadLetter;
import io.reliablemq.client.api.DeadLetters.Redrive;
import io.reliablemq.sample.order.Orders;
import io.reliablemq.sample.payment.PaymentGroup;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * Gives orders that were given up another round of attempts: the order waits for its payment again, and its dead letter is sent
 * to where it was sent first.
 *
 * <p>The order counts as not acknowledged in between. So a crash there leaves an order that is sent again, as one does whose
 * first send was cut off.
 */
@Service
class Redrives {

    private final DeadLetters deadLetters;
    private final Orders orders;

    Redrives(DeadLetters deadLetters, Orders orders) {
        this.deadLetters = deadLetters;
        this.orders = orders;
    }

    /**
     * What became of it.
     *
     * @param redriven orders that are on their way again
     * @param problem why one of them could not be sent yet; null if all were
     */
    record Outcome(int redriven, @Nullable String problem) {}

    /** One order; nothing happens if it is not given up. */
    Outcome redrive(String orderId) {
        return redrive(letters().stream()
                .filter(letter -> orderId.equals(letter.message().keys()))
                .toList());
    }

    /** All that are given up. */
    Outcome redriveAll() {
        return redrive(letters());
    }

    private List<DeadLetter> letters() {
        return deadLetters.read(PaymentGroup.NAME, Integer.MAX_VALUE);
    }

    /** An order that died twice has two letters, of which the first one that is met is sent. */
    private Outcome redrive(List<DeadLetter> letters) {
        int redriven = 0;
        for (DeadLetter letter : letters) {
            String orderId = String.valueOf(letter.message().keys());
            if (orders.reopen(orderId)) {
                Redrive outcome = deadLetters.redrive(
                        PaymentGroup.NAME, List.of(letter.message().messageId()));
                if (outcome.problem() != null) {
                    return new Outcome(redriven, outcome.problem());
                }
                orders.acknowledged(orderId);
                redriven++;
            }
        }
        return new Outcome(redriven, null);
    }
}
