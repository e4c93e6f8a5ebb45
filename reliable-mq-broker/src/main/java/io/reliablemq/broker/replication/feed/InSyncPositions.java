package io.reliablemq.broker.replication.feed;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * How far enough replicas have the log. A replica counts once, whatever connections it has or had: what it confirmed is on its
 * disk.
 *
 * <p>Not thread-safe: the owner guards it.
 */
final class InSyncPositions {

    private final int needed;
    private final Map<String, Long> confirmed = new HashMap<>();

    /** @param needed how many replicas must have a position, at least 1 */
    InSyncPositions(int needed) {
        this.needed = needed;
    }

    /**
     * Takes a confirmation.
     *
     * @return how far enough replicas have the log now; -1 if there are not enough
     */
    long confirm(String replicaId, long position) {
        confirmed.merge(replicaId, position, Math::max);
        if (confirmed.size() < needed) {
            return -1;
        }
        long[] positions =
                confirmed.values().stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(positions);
        return positions[positions.length - needed];
    }

    /** The replica starts again at this position, which it may have confirmed before or not. */
    void attach(String replicaId, long position) {
        confirmed.computeIfPresent(replicaId, (id, before) -> Math.min(before, position));
    }
}
