package io.reliablemq.spring.idempotent;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps marks in this process. <b>Unsafe over a restart</b>, and where the group has members elsewhere: what was handled before,
 * or there, is not known here. Its use is to spare work where handling a message twice does no harm.
 *
 * <p>Bounded: beyond its size the oldest marks are forgotten, and after the retention all. Thread-safe.
 */
public final class InMemoryIdempotencyStore implements IdempotencyStore {

    /** A message of a group. */
    private record Mark(String group, String key) {}

    private final int maxMarks;
    private final Duration retention;
    private final Clock clock;

    /** Guards {@link #handled} and {@link #running}; never held while work is done. */
    private final Object lock = new Object();

    /** In the order in which they were handled. */
    private final Map<Mark, Instant> handled = new LinkedHashMap<>();

    /** What is being handled; completes when that has ended, however it has. */
    private final Map<Mark, CompletableFuture<Void>> running = new HashMap<>();

    /** @throws IllegalArgumentException if a limit is not above 0 */
    public InMemoryIdempotencyStore(int maxMarks, Duration retention, Clock clock) {
        if (maxMarks < 1) {
            throw new IllegalArgumentException("maxMarks is " + maxMarks + "; it must be at least 1");
        }
        if (retention.isNegative() || retention.isZero()) {
            throw new IllegalArgumentException("retention is " + retention + "; it must be longer than 0");
        }
        this.maxMarks = maxMarks;
        this.retention = retention;
        this.clock = clock;
    }

    @Override
    public void once(String group, Set<String> keys, Work work) throws Exception {
        Set<String> left = keys;
        while (!left.isEmpty()) {
            left = attempt(group, left, work);
        }
    }

    /** @return what was being handled by others; that has ended since */
    private Set<String> attempt(String group, Set<String> keys, Work work) throws Exception {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Set<String> own = new LinkedHashSet<>();
        Map<String, CompletableFuture<Void>> others = new LinkedHashMap<>();
        synchronized (lock) {
            forgetOld();
            for (String key : keys) {
                Mark mark = new Mark(group, key);
                CompletableFuture<Void> other = running.get(mark);
                if (other != null) {
                    others.put(key, other);
                } else if (!handled.containsKey(mark)) {
                    running.put(mark, ended);
                    own.add(key);
                }
            }
        }
        if (!own.isEmpty()) {
            handle(group, own, work, ended);
        }
        // Waits only while nothing is its own, so that two calls never wait for each other.
        for (CompletableFuture<Void> other : others.values()) {
            other.get();
        }
        return others.keySet();
    }

    private void handle(String group, Set<String> own, Work work, CompletableFuture<Void> ended) throws Exception {
        Set<String> done = Set.of();
        try {
            done = work.handle(Set.copyOf(own));
        } finally {
            synchronized (lock) {
                Instant now = clock.instant();
                for (String key : own) {
                    Mark mark = new Mark(group, key);
                    running.remove(mark);
                    if (done.contains(key)) {
                        handled.put(mark, now);
                    }
                }
            }
            ended.complete(null);
        }
    }

    private void forgetOld() {
        Instant limit = clock.instant().minus(retention);
        Iterator<Instant> oldest = handled.values().iterator();
        while (oldest.hasNext()) {
            Instant at = oldest.next();
            if (handled.size() <= maxMarks && !at.isBefore(limit)) {
                return;
            }
            oldest.remove();
        }
    }

    /** How many marks are kept. */
    public int size() {
        synchronized (lock) {
            forgetOld();
            return handled.size();
        }
    }
}
