package io.reliablemq.client.producer;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the queue of the next attempt: round robin over the queues of all masters. Thread-safe.
 *
 * <p>A broker that this send has tried is passed over while another is left, one that failed a moment ago as well; but
 * never all of them. Whoever is left shares the work of those passed over evenly.
 */
final class BrokerSelector {

    private final BrokerHealth health;
    private final AtomicInteger next =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));

    BrokerSelector(BrokerHealth health) {
        this.health = health;
    }

    /**
     * @param queues not empty
     * @param tried names of the brokers that this send has tried
     */
    TargetQueue select(List<TargetQueue> queues, Set<String> tried) {
        int turn = next.getAndIncrement();
        if (tried.isEmpty() && health.allAreWell()) {
            return inTurn(queues, turn);
        }
        List<TargetQueue> untried = queues.stream()
                .filter(queue -> !tried.contains(queue.brokerName()))
                .toList();
        TargetQueue chosen = usable(untried, turn);
        if (chosen != null) {
            return chosen;
        }
        if (!untried.isEmpty()) {
            return inTurn(untried, turn);
        }
        chosen = usable(queues, turn);
        return chosen == null ? inTurn(queues, turn) : chosen;
    }

    private @Nullable TargetQueue usable(List<TargetQueue> queues, int turn) {
        List<TargetQueue> left = queues.stream()
                .filter(queue -> health.isUsable(queue.address()))
                .toList();
        while (!left.isEmpty()) {
            TargetQueue chosen = inTurn(left, turn);
            if (health.mayUse(chosen.address())) {
                return chosen;
            }
            left = left.stream()
                    .filter(queue -> !queue.address().equals(chosen.address()))
                    .toList();
        }
        return null;
    }

    private static TargetQueue inTurn(List<TargetQueue> queues, int turn) {
        return queues.get(Math.floorMod(turn, queues.size()));
    }
}
