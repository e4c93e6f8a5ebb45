package io.reliablemq.client.consumer;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Work that waits for a slot: the most urgent first, and of that what came first. So that none waits for ever, and a queue full of
 * what is not urgent lets in what comes behind it, every sixteenth piece is the first of the least urgent. Not thread-safe.
 */
final class WaitingWork {

    static final int SHARE_OF_LEAST_URGENT = 16;

    /** By far the most, and often all there is. */
    private final Queue<Workers.Work> ordinary = new ArrayDeque<>();

    /** By priority, from the greatest on; without empty ones. */
    private final NavigableMap<Integer, Queue<Workers.Work>> urgent = new TreeMap<>(Comparator.reverseOrder());

    /** Pieces that were taken while urgent ones waited. */
    private int urgentTurns;

    void add(Workers.Work work) {
        if (work.priority() > 0) {
            urgent.computeIfAbsent(work.priority(), key -> new ArrayDeque<>()).add(work);
        } else {
            ordinary.add(work);
        }
    }

    /** @return null if nothing waits */
    Workers.@Nullable Work poll() {
        if (urgent.isEmpty()) {
            return ordinary.poll();
        }
        boolean leastUrgent = ++urgentTurns % SHARE_OF_LEAST_URGENT == 0;
        if (leastUrgent && !ordinary.isEmpty()) {
            return ordinary.remove();
        }
        return first(leastUrgent ? urgent.lastEntry() : urgent.firstEntry());
    }

    private Workers.Work first(Map.Entry<Integer, Queue<Workers.Work>> ofPriority) {
        Workers.Work work = ofPriority.getValue().remove();
        if (ofPriority.getValue().isEmpty()) {
            urgent.remove(ofPriority.getKey());
        }
        return work;
    }

    boolean isEmpty() {
        return ordinary.isEmpty() && urgent.isEmpty();
    }

    void clear() {
        ordinary.clear();
        urgent.clear();
    }
}
