package io.reliablemq.spring.outbox;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What has been read of a lane: the rows that wait here, and those on their way. Owned by the relay's thread. */
final class LaneWindow {

    static final int SIZE = 200;

    private final Map<Long, WaitingRow> rows = new TreeMap<>();
    private final Set<Long> inFlight = new HashSet<>();
    /** Ordering keys with a message on its way; the next one waits for its end. */
    private final Set<Long> busyKeys = new HashSet<>();
    /** Ordering keys whose first message waits for another send, and until when, in ms since 1970. */
    private final Map<Long, Long> pausedKeys = new HashMap<>();

    private boolean mayHaveMore = true;

    boolean isBusy() {
        return !inFlight.isEmpty();
    }

    /** Whether only the table can tell whether there is something to send. */
    boolean isIdle() {
        return rows.isEmpty() && !mayHaveMore;
    }

    boolean wantsMore() {
        return mayHaveMore && rows.size() <= SIZE / 2;
    }

    void changed() {
        mayHaveMore = true;
    }

    /** Forgets all pauses. */
    void resume() {
        pausedKeys.clear();
        mayHaveMore = true;
    }

    /**
     * Takes rows in.
     *
     * @param found the first {@link #SIZE} rows of the lane that are due
     * @param now in ms since 1970
     * @return keys that have to wait for the first message of theirs, and until when
     */
    Map<Long, Long> fill(List<WaitingRow> found, long now) {
        pausedKeys.values().removeIf(due -> due <= now);
        mayHaveMore = found.size() == SIZE;
        Map<Long, Long> toDefer = new HashMap<>();
        for (WaitingRow row : found) {
            Long due = row.orderHash() == null ? null : pausedKeys.get(row.orderHash());
            if (due == null) {
                rows.putIfAbsent(row.id(), row);
            } else {
                toDefer.put(row.orderHash(), due);
            }
        }
        mayHaveMore |= !toDefer.isEmpty();
        return toDefer;
    }

    /** Adds rows that can be sent now: of each ordering key the first one, unless one is on its way. */
    void choose(List<WaitingRow> chosen, int limit) {
        Set<Long> seen = new HashSet<>(busyKeys);
        for (WaitingRow row : rows.values()) {
            if (chosen.size() == limit) {
                return;
            }
            boolean first = row.orderHash() == null || seen.add(row.orderHash());
            if (first && !inFlight.contains(row.id())) {
                chosen.add(row);
            }
        }
    }

    void started(WaitingRow row) {
        inFlight.add(row.id());
        if (row.orderHash() != null) {
            busyKeys.add(row.orderHash());
        }
    }

    /** The row is not in the table any more, or does not wait any more. */
    void finished(WaitingRow row) {
        rows.remove(row.id());
        inFlight.remove(row.id());
        if (row.orderHash() != null) {
            busyKeys.remove(row.orderHash());
        }
    }

    /** The row, and all with its ordering key, wait until then. */
    void paused(WaitingRow row, long dueAt) {
        finished(row);
        if (row.orderHash() != null) {
            pausedKeys.put(row.orderHash(), dueAt);
            rows.values().removeIf(other -> row.orderHash().equals(other.orderHash()));
        }
    }
}
