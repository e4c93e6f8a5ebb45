package io.reliablemq.broker.store;

import java.util.ArrayDeque;

/**
 * Messages whose callers were told that the disk did not confirm in time, and that it has not confirmed since. Guarded by
 * the lock of the {@link CommitPoint}, except for {@link #count()}.
 */
final class UnsafeMessages {

    private final ArrayDeque<Range> ranges = new ArrayDeque<>();
    private volatile long count;

    /** Messages of one append, and where they end in the log. */
    private record Range(long end, int messages) {}

    /** Called in the order of the log. */
    void add(long end, int messages) {
        ranges.add(new Range(end, messages));
        publish(count + messages);
    }

    /** What ends at or before the position is on disk now. */
    void flushed(long position) {
        long left = count;
        for (Range first = ranges.peek(); first != null && first.end() <= position; first = ranges.peek()) {
            ranges.poll();
            left -= first.messages();
        }
        publish(left);
    }

    private void publish(long now) {
        if (now != count) {
            count = now;
        }
    }

    long count() {
        return count;
    }
}
