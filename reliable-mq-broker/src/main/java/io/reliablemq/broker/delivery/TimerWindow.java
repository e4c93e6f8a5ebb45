package io.reliablemq.broker.delivery;

import io.reliablemq.broker.store.index.timer.Timer;
import io.reliablemq.broker.store.index.timer.TimerIndex;
import io.reliablemq.broker.store.index.timer.TimerProgress;
import java.io.IOException;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The timers that are due next, as many as may be held in memory; all others are found in the index when these are
 * through.
 *
 * <p>The window holds everything that is not taken and comes no later than its end. What arrives is added if it comes
 * before the end; a window that grows too large gives up its last ones and ends earlier.
 */
final class TimerWindow {

    private final TimerIndex index;
    private final int capacity;
    private NavigableSet<Timer> timers = new TreeSet<>();

    /** The last timer that the window may hold; null before it was filled for the first time. */
    private @Nullable Timer end;

    /** Whether the index holds nothing behind the end, so that the window is open. */
    private boolean isComplete;

    TimerWindow(TimerIndex index, int capacity) {
        this.index = index;
        this.capacity = capacity;
    }

    /** Takes a timer that has arrived, if it is one of the next. */
    void offer(long dueMs, long position, int size) {
        Timer timer = new Timer(dueMs, position, size);
        if (!isComplete && (end == null || timer.compareTo(end) > 0)) {
            return;
        }
        timers.add(timer);
        if (timers.size() > 2 * capacity) {
            while (timers.size() > capacity) {
                timers.pollLast();
            }
            end = timers.last();
            isComplete = false;
        }
    }

    /** The earliest timer; null if there is none. @param taken those that were removed from here, or done before */
    @Nullable
    Timer first(TimerProgress taken) throws IOException {
        if (timers.isEmpty() && !isComplete) {
            timers = index.earliest(taken, end, capacity);
            isComplete = timers.size() < capacity;
            end = timers.isEmpty() ? end : timers.last();
        }
        return timers.isEmpty() ? null : timers.first();
    }

    void remove(Timer timer) {
        timers.remove(timer);
    }

    /** What is held, earliest first. */
    NavigableSet<Timer> timers() {
        return timers;
    }
}
