package io.reliablemq.broker.store;

import io.reliablemq.broker.store.log.Segments;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How old segments are, whatever somebody does to the wall clock: never older than the time that has passed here since they
 * ended. Of a segment of before the start that is the time between its last message and the last one of all, and what has
 * passed since the start. So a clock that is set forward makes nothing old, and time at which no broker runs does not count.
 * A copy of a log gets segments that are old already: what the wall clock says when they come counts for them.
 *
 * <p>Owned by {@code rmq-segment-keeper}.
 */
final class SegmentAges {

    private final Segments segments;
    private final Clock clock;
    private final long newestAtStart;
    private final boolean isCopy;
    private final long startNanos;

    /** By base: segments that have ended since the start. */
    private final Map<Long, Ended> ended = new HashMap<>();

    private long lookedTo;

    /** When it was seen that a segment has ended. */
    private record Ended(long nanos, long wallMs) {}

    /**
     * @param newestAtStart store time of the last message that the log held at the start
     * @param isCopy whether segments come from another log
     */
    SegmentAges(Segments segments, Clock clock, long newestAtStart, boolean isCopy) throws IOException {
        this.segments = segments;
        this.clock = clock.ofMessages();
        this.newestAtStart = newestAtStart;
        this.isCopy = isCopy;
        this.startNanos = this.clock.nanos();
        segments.forEachEnded(0, (base, next) -> lookedTo = next);
    }

    /** Notes which segments have ended; to be called now and then. */
    void look() throws IOException {
        Ended now = new Ended(clock.nanos(), clock.wallMs());
        segments.forEachEnded(lookedTo, (base, next) -> {
            ended.put(base, now);
            lookedTo = next;
        });
    }

    /**
     * The store time that the age of a segment's last message is to be counted from, as wall time.
     *
     * @param lastTimestamp the store time that it was given
     */
    long countedFrom(long base, long lastTimestamp) {
        return Math.max(lastTimestamp, clock.wallMs() - passedMs(base, lastTimestamp));
    }

    private long passedMs(long base, long lastTimestamp) {
        Ended seen = ended.get(base);
        if (seen == null) {
            return Math.max(0, newestAtStart - lastTimestamp) + millisSince(startNanos);
        }
        return (isCopy ? Math.max(0, seen.wallMs() - lastTimestamp) : 0) + millisSince(seen.nanos());
    }

    private long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(clock.nanos() - nanos);
    }

    void forget(long base) {
        ended.remove(base);
    }
}
