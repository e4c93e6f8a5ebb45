package io.reliablemq.client.producer;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the queue of the next attempt: round robin over the queues of all masters. Thread-safe.
 *
 * <p>A broker that this send has tried is passed over while another is left, one that failed a moment ago as well; but
 * never all of them.
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
        int start = Math.floorMod(next.getAndIncrement(), queues.size());
        TargetQueue chosen = first(queues, start, queue -> !isTried(queue, tried) && health.mayUse(queue.address()));
        if (chosen == null) {
            chosen = first(queues, start, queue -> !isTried(queue, tried));
        }
        if (chosen == null) {
            chosen = first(queues, start, queue -> health.mayUse(queue.address()));
        }
        return chosen == null ? queues.get(start) : chosen;
    }

    private static boolean isTried(TargetQueue queue, Set<String> tried) {
        return tried.contains(queue.brokerName());
    }

    private static @Nullable TargetQueue first(List<TargetQueue> queues, int start, Predicate<TargetQueue> condition) {
        for (int i = 0; i < queues.size(); i++) {
            TargetQueue queue = queues.get((start + i) % queues.size());
            if (condition.test(queue)) {
                return queue;
            }
        }
        return null;
    }
}
