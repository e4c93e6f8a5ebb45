package io.reliablemq.broker.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long after their time messages were handed over, that is, committed in their real topic, since the start. What was
 * due while the broker was down counts with all of that time.
 *
 * <p>Written by one thread, read by any.
 */
final class Lateness {

    private static final long[] BOUNDS_MS = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 60_000};

    private final AtomicLongArray counts = new AtomicLongArray(BOUNDS_MS.length + 1);
    private final AtomicLong sumMs = new AtomicLong();
    private final AtomicLong maxMs = new AtomicLong();

    void record(long ms) {
        long late = Math.max(0, ms);
        int bucket = 0;
        while (bucket < BOUNDS_MS.length && late > BOUNDS_MS[bucket]) {
            bucket++;
        }
        counts.incrementAndGet(bucket);
        sumMs.addAndGet(late);
        maxMs.accumulateAndGet(late, Math::max);
    }

    DelayFigures.LatenessFigures figures() {
        List<DelayFigures.Bucket> buckets = new ArrayList<>();
        long count = 0;
        for (int i = 0; i <= BOUNDS_MS.length; i++) {
            count += counts.get(i);
            buckets.add(new DelayFigures.Bucket(i < BOUNDS_MS.length ? BOUNDS_MS[i] : Long.MAX_VALUE, count));
        }
        return new DelayFigures.LatenessFigures(count, sumMs.get(), maxMs.get(), buckets);
    }
}
