package io.reliablemq.broker.delivery;

import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Pulls that found nothing and wait for a message. Each is ended exactly once: by an arrival, by its deadline, by the
 * removal of its topic or by the stop. At most {@value #MAX_WAITING} wait; one more is refused.
 *
 * <p>Thread-safe: guarded by {@code lock}. Parked pulls are called back without the lock, on whichever thread ends them.
 */
public final class LongPolls implements AutoCloseable {

    /** Some hundred bytes each, whatever a client sends. */
    static final int MAX_WAITING = 200_000;

    private final MessageStore store;
    private final Clock clock;
    private final Runnable deadlinesChanged;
    private final Object lock = new Object();
    private final Map<QueueKey, Set<Entry>> byQueue = new HashMap<>();
    private final TreeSet<Entry> byDeadline = new TreeSet<>(LongPolls::compareDeadlines);
    private long nextNumber;
    private boolean closed;

    /** A pull that waits. The methods must return at once: work belongs on the connection's event loop. */
    public interface ParkedPull {

        /** There may be something to read now. */
        void wake();

        /** Nothing came in time. */
        void timeOut();

        /** Too many wait already. */
        void refuse();
    }

    /** Identity is equality: entries live in sets, and no two are the same. */
    private record Entry(long number, QueueKey queue, long offset, long deadlineNanos, ParkedPull pull) {

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(number);
        }
    }

    /** @param deadlinesChanged called when the next deadline may be an earlier one */
    public LongPolls(MessageStore store, Clock clock, Runnable deadlinesChanged) {
        this.store = store;
        this.clock = clock;
        this.deadlinesChanged = deadlinesChanged;
    }

    /**
     * Parks the pull until the queue reaches beyond the offset.
     *
     * @param deadlineNanos on the clock
     */
    public void park(QueueKey queue, long offset, long deadlineNanos, ParkedPull pull) {
        Entry entry = null;
        boolean full;
        synchronized (lock) {
            full = byDeadline.size() >= MAX_WAITING;
            if (!closed && !full) {
                entry = new Entry(nextNumber++, queue, offset, deadlineNanos, pull);
                byQueue.computeIfAbsent(queue, key -> new HashSet<>()).add(entry);
                byDeadline.add(entry);
            }
        }
        if (entry == null) {
            if (full) {
                pull.refuse();
            } else {
                pull.timeOut();
            }
            return;
        }
        // A message may have come between the look that found nothing and now.
        if (store.maxOffset(queue) > offset) {
            if (take(entry)) {
                pull.wake();
            }
        } else {
            deadlinesChanged.run();
        }
    }

    /** Messages can be read in the queue, up to the offset. */
    public void arrived(QueueKey queue, long maxOffset) {
        wake(queue, entry -> entry.offset() < maxOffset);
    }

    /** Wakes everybody who waits for a message of the topic. */
    public void wakeAll(String topic) {
        List<QueueKey> queues;
        synchronized (lock) {
            queues = byQueue.keySet().stream()
                    .filter(queue -> queue.topic().equals(topic))
                    .toList();
        }
        queues.forEach(queue -> wake(queue, entry -> true));
    }

    private void wake(QueueKey queue, Predicate<Entry> which) {
        List<Entry> woken;
        synchronized (lock) {
            Set<Entry> entries = byQueue.get(queue);
            if (entries == null) {
                return;
            }
            woken = entries.stream().filter(which).toList();
            woken.forEach(this::remove);
        }
        woken.forEach(entry -> entry.pull().wake());
    }

    /**
     * Ends the pulls whose time is over. Called by {@code rmq-scheduler}.
     *
     * @return nanoseconds until the next deadline; {@link Long#MAX_VALUE} if nobody waits
     */
    public long expire() {
        List<Entry> over = new ArrayList<>();
        long next = Long.MAX_VALUE;
        synchronized (lock) {
            while (!byDeadline.isEmpty()) {
                Entry first = byDeadline.first();
                long left = first.deadlineNanos() - clock.nanos();
                if (left > 0) {
                    next = left;
                    break;
                }
                remove(first);
                over.add(first);
            }
        }
        over.forEach(entry -> entry.pull().timeOut());
        return next;
    }

    /** Deadline for a pull that may wait that long. */
    public long deadline(Duration timeout) {
        return clock.nanos() + timeout.toNanos();
    }

    /** How many pulls wait. */
    public int size() {
        synchronized (lock) {
            return byDeadline.size();
        }
    }

    /** Ends all pulls, and from now on every new one at once. */
    @Override
    public void close() {
        List<Entry> all;
        synchronized (lock) {
            closed = true;
            all = List.copyOf(byDeadline);
            byDeadline.clear();
            byQueue.clear();
        }
        all.forEach(entry -> entry.pull().timeOut());
    }

    /** Nanoseconds count from an arbitrary point, so they are compared by their difference. */
    private static int compareDeadlines(Entry a, Entry b) {
        int byDeadline = Long.signum(a.deadlineNanos() - b.deadlineNanos());
        return byDeadline != 0 ? byDeadline : Long.compare(a.number(), b.number());
    }

    private boolean take(Entry entry) {
        synchronized (lock) {
            return remove(entry);
        }
    }

    /** Called with the lock held. */
    private boolean remove(Entry entry) {
        Set<Entry> entries = byQueue.get(entry.queue());
        if (entries == null || !entries.remove(entry)) {
            return false;
        }
        if (entries.isEmpty()) {
            byQueue.remove(entry.queue());
        }
        byDeadline.remove(entry);
        return true;
    }
}
