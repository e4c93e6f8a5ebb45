package io.reliablemq.broker.store.index.timer;

import java.io.IOException;

/** The timers of one segment. */
interface TimerRun extends AutoCloseable {

    long base();

    /** Behind the last position that a timer of this run can have. */
    long end();

    /** Whether all its timers come before this one or are this one; may say no too often, never yes. */
    boolean isOver(long dueMs, long position);

    /**
     * Visits the timers that come after this one. A run that is sorted visits them in their order and ends when the
     * visitor has enough; any other one visits all.
     */
    void visitAfter(long dueMs, long position, TimerVisitor visitor) throws IOException;

    /** Visits the timers that stand at or behind this position, in no particular order. */
    void visitFrom(long position, TimerVisitor visitor) throws IOException;

    @Override
    void close() throws IOException;
}
