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
 * what is not urgent lets in what comes behind it, every sixteenth piece is taken from the priorities in turn, the least urgent
 * first. Not thread-safe.
 */
final class WaitingWork {

    static final int TURN_OF_THE_OTHERS = 16;

    /** By far the most, and often all there is. */
    private final Queue<Workers.Work> ordinary = new ArrayDeque<>();

    /** By priority, from the greatest on; without empty ones. */
    private final NavigableMap<Integer, Queue<Workers.Work>> urgent = new TreeMap<>(Comparator.reverseOrder());

    /** Pieces that were taken while urgent ones waited. */
    private int taken;

    /** The priority that had the last turn of the others. */
    private int lastTurn = Integer.MAX_VALUE;

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
        return ++taken % TURN_OF_THE_OTHERS == 0 ? inTurn() : first(urgent.firstEntry());
    }

    /** From the next greater priority than the last time, and behind the greatest from the least again. */
    private Workers.Work inTurn() {
        Map.Entry<Integer, Queue<Workers.Work>> next = urgent.lowerEntry(lastTurn);
        if (next == null) {
            lastTurn = 0;
            if (!ordinary.isEmpty()) {
                return ordinary.remove();
            }
            next = urgent.lastEntry();
        }
        lastTurn = next.getKey();
        return first(next);
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
