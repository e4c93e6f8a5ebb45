package io.reliablemq.conformance.crash;

import io.reliablemq.conformance.port.IncomingMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a consumer group received, by id. Thread-safe. */
final class GroupRecord {

    private final String group;
    private final Map<String, Integer> deliveries = new HashMap<>();
    private long all;
    private long retries;

    GroupRecord(String group) {
        this.group = group;
    }

    String group() {
        return group;
    }

    synchronized void received(IncomingMessage message, String id) {
        deliveries.merge(id, 1, Integer::sum);
        all++;
        retries += TopicImage.isRetry(message) ? 1 : 0;
        notifyAll();
    }

    /**
     * Waits until each of these was received at least once.
     *
     * @return those that were not, when the deadline came
     */
    synchronized List<String> missingAt(Deadline deadline, Iterable<String> ids) throws InterruptedException {
        List<String> missing = new ArrayList<>();
        for (String id : ids) {
            while (!deliveries.containsKey(id) && !deadline.isOver()) {
                wait(deadline.millis());
            }
            if (!deliveries.containsKey(id)) {
                missing.add(id);
            }
        }
        return missing;
    }

    void requireAll(Iterable<String> ids, Duration bound) throws InterruptedException {
        List<String> missing = missingAt(Deadline.in(bound), ids);
        if (!missing.isEmpty()) {
            throw new AssertionError("Group " + group + " did not receive " + missing.size() + " messages within "
                    + bound + ": " + missing.subList(0, Math.min(20, missing.size())));
        }
    }

    /** Waits until so many different messages were received. @throws AssertionError if there are fewer at the deadline */
    synchronized void awaitDistinct(Deadline deadline, int count) throws InterruptedException {
        while (deliveries.size() < count) {
            if (deadline.isOver()) {
                throw new AssertionError("Group " + group + " received " + deliveries.size() + " of " + count);
            }
            wait(deadline.millis());
        }
    }

    synchronized int distinct() {
        return deliveries.size();
    }

    /** Deliveries beyond the first of each message, other than retries. */
    synchronized long duplicates() {
        return Math.max(0, all - deliveries.size() - retries);
    }

    synchronized long retries() {
        return retries;
    }

    synchronized int timesReceived(String id) {
        return deliveries.getOrDefault(id, 0);
    }

    synchronized Set<String> ids() {
        return Set.copyOf(deliveries.keySet());
    }
}
