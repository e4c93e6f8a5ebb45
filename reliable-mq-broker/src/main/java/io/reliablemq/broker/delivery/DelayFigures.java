package io.reliablemq.broker.delivery;

import java.util.List;

/**
 * What waits, and how punctual the broker is: a snapshot.
 *
 * @param pendingByLevel messages that wait on delay level 1, 2, and so on
 * @param pendingTimers messages that wait for a time of their own
 * @param nextTimerDueMs wall time at which the first of those is due; {@link Long#MAX_VALUE} if there is none. One that
 *     is past tells of a broker that is behind
 * @param lateness of what was handed over since the start, levels and timers together
 */
public record DelayFigures(
        List<Long> pendingByLevel, long pendingTimers, long nextTimerDueMs, LatenessFigures lateness) {

    public DelayFigures {
        pendingByLevel = List.copyOf(pendingByLevel);
    }

    /** @param buckets how many messages were at most so late, by growing bounds; the last bound is no bound */
    public record LatenessFigures(long count, long sumMs, long maxMs, List<Bucket> buckets) {

        public LatenessFigures {
            buckets = List.copyOf(buckets);
        }
    }

    /** @param count of messages that were late by no more than this, those of smaller bounds included */
    public record Bucket(long atMostMs, long count) {}
}
