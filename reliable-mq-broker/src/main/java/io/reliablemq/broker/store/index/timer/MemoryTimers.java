package io.reliablemq.broker.store.index.timer;

import java.util.Arrays;

/**
 * The timers of a segment that has no file yet, in the order of the log. One thread adds, any thread reads: what stands
 * before {@code count} never changes, and an array is replaced by a longer copy before the count that needs it is
 * published.
 */
final class MemoryTimers implements TimerRun {

    private static final int FIRST_CAPACITY = 16;

    private final long base;
    private long[] due = new long[FIRST_CAPACITY];
    private int[] positions = new int[FIRST_CAPACITY];
    private int[] sizes = new int[FIRST_CAPACITY];
    private volatile int count;

    MemoryTimers(long base) {
        this.base = base;
    }

    void add(long dueMs, int positionInSegment, int size) {
        int at = count;
        if (at == due.length) {
            due = Arrays.copyOf(due, at * 2);
            positions = Arrays.copyOf(positions, at * 2);
            sizes = Arrays.copyOf(sizes, at * 2);
        }
        due[at] = dueMs;
        positions[at] = positionInSegment;
        sizes[at] = size;
        count = at + 1;
    }

    int count() {
        return count;
    }

    long dueMs(int i) {
        return due[i];
    }

    int positionInSegment(int i) {
        return positions[i];
    }

    int size(int i) {
        return sizes[i];
    }

    /** The numbers of the timers, sorted by due time and then by position. To be called when all have been added. */
    int[] sorted() {
        // Positions ascend, so a sort that keeps the order of equal times is enough.
        return StableOrder.of(due, count);
    }

    @Override
    public long base() {
        return base;
    }

    @Override
    public long end() {
        return Long.MAX_VALUE;
    }

    @Override
    public boolean isOver(long dueMs, long position) {
        return count == 0;
    }

    @Override
    public void visitAfter(long dueMs, long position, TimerVisitor visitor) {
        int seen = count;
        long[] times = due;
        int[] places = positions;
        int[] lengths = sizes;
        for (int i = 0; i < seen; i++) {
            if (Timer.compare(times[i], base + places[i], dueMs, position) > 0) {
                visitor.timer(times[i], base + places[i], lengths[i]);
            }
        }
    }

    @Override
    public void visitFrom(long position, TimerVisitor visitor) {
        int seen = count;
        long[] times = due;
        int[] places = positions;
        int[] lengths = sizes;
        long inSegment = position - base;
        int first = inSegment <= 0 ? 0 : firstAt(places, seen, inSegment);
        for (int i = first; i < seen; i++) {
            if (!visitor.timer(times[i], base + places[i], lengths[i])) {
                return;
            }
        }
    }

    private static int firstAt(int[] places, int seen, long inSegment) {
        if (inSegment > Integer.MAX_VALUE) {
            return seen;
        }
        int found = Arrays.binarySearch(places, 0, seen, (int) inSegment);
        return found >= 0 ? found : -found - 1;
    }

    @Override
    public void close() {}
}
