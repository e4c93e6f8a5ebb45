package io.reliablemq.conformance.crash;

import io.reliablemq.conformance.port.IncomingMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Watches a consumer that handles one message at a time: it gets the offsets of a queue one after the other, and none is left
 * out. After a crash it may go back and read some again, never ahead. Thread-safe.
 */
final class OrderWitness {

    private final Map<Integer, Long> nextOffsets = new TreeMap<>();
    private final List<String> leaps = new ArrayList<>();
    private long wentBack;

    synchronized void delivered(IncomingMessage message) {
        if (TopicImage.isRetry(message)) {
            return;
        }
        long next = nextOffsets.getOrDefault(message.queueId(), 0L);
        long offset = message.queueOffset();
        if (offset > next) {
            leaps.add("queue " + message.queueId() + ": offset " + offset + " instead of " + next);
        } else if (offset < next) {
            wentBack++;
        }
        nextOffsets.put(message.queueId(), Math.max(next, offset + 1));
    }

    /** Deliveries that left something out. */
    synchronized List<String> leaps() {
        return List.copyOf(leaps);
    }

    synchronized long wentBack() {
        return wentBack;
    }
}
