package io.reliablemq.broker.figures;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts values by size in buckets whose bounds are powers of two, and keeps sum and maximum. Recording takes four atomic
 * additions, no lock and no memory. Safe for use by any thread.
 */
public final class Histogram {

    private final int lowestShift;
    private final double scale;
    private final AtomicLongArray buckets;
    private final AtomicLong sum = new AtomicLong();
    private final AtomicLong max = new AtomicLong();

    private Histogram(int lowestShift, int highestShift, double scale) {
        this.lowestShift = lowestShift;
        this.scale = scale;
        this.buckets = new AtomicLongArray(highestShift - lowestShift + 2);
    }

    /** Of durations, recorded in nanoseconds and told in seconds; buckets from 65 µs to 8.6 s. */
    public static Histogram ofNanos() {
        return new Histogram(16, 33, 1e-9);
    }

    /** Of counts; buckets from 1 to 8192. */
    public static Histogram ofCounts() {
        return new Histogram(0, 13, 1);
    }

    /** @param value not negative */
    public void record(long value) {
        buckets.getAndIncrement(bucket(value));
        sum.getAndAdd(value);
        if (value > max.get()) {
            max.accumulateAndGet(value, Math::max);
        }
    }

    /** The first bucket whose bound is at least the value; the last one has no bound. */
    private int bucket(long value) {
        int shift = value <= 1 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(value - 1);
        return Math.min(Math.max(shift - lowestShift, 0), buckets.length() - 1);
    }

    /** What was counted so far; what is recorded meanwhile may be in some of it. */
    public Snapshot snapshot() {
        List<Bucket> bounded = new ArrayList<>();
        long count = 0;
        for (int i = 0; i < buckets.length() - 1; i++) {
            count += buckets.get(i);
            bounded.add(new Bucket((1L << lowestShift + i) * scale, count));
        }
        count += buckets.get(buckets.length() - 1);
        return new Snapshot(count, sum.get() * scale, max.get() * scale, bounded);
    }

    /**
     * @param sum of all values
     * @param max the largest value ever
     * @param buckets in the order of their bounds; values beyond the last bound are in {@code count} only
     */
    public record Snapshot(long count, double sum, double max, List<Bucket> buckets) {

        public Snapshot {
            buckets = List.copyOf(buckets);
        }
    }

    /** How many values there were up to and with {@code upTo}. */
    public record Bucket(double upTo, long count) {}
}
