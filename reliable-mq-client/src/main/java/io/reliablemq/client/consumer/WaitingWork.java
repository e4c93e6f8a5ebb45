package io.reliablemq.client.consumer;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Work that waits for a slot: the most urgent first, and of that what came first. Not thread-safe. */
final class WaitingWork {

    /** By far the most, and often all there is. */
    private final Queue<Workers.Work> ordinary = new ArrayDeque<>();

    /** By priority, from the greatest on; without empty ones. */
    private final NavigableMap<Integer, Queue<Workers.Work>> urgent = new TreeMap<>(Comparator.reverseOrder());

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
        Map.Entry<Integer, Queue<Workers.Work>> first = urgent.firstEntry();
        Workers.Work work = first.getValue().remove();
        if (first.getValue().isEmpty()) {
            urgent.remove(first.getKey());
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
