package io.reliablemq.broker.store.index.timer;

/**
 * A message that waits for a time of its own. Ordered by that time, and where it is the same by position.
 *
 * @param dueMs wall time at which it is to be delivered
 * @param position where it waits in the log
 * @param size in bytes
 */
public record Timer(long dueMs, long position, int size) implements Comparable<Timer> {

    @Override
    public int compareTo(Timer other) {
        return compare(dueMs, position, other.dueMs, other.position);
    }

    static int compare(long dueMs, long position, long otherDueMs, long otherPosition) {
        int byDue = Long.compare(dueMs, otherDueMs);
        return byDue != 0 ? byDue : Long.compare(position, otherPosition);
    }
}
