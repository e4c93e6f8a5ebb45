package io.reliablemq.broker.store.index.timer;

/** Sees timers one by one, without an object for each. */
@FunctionalInterface
public interface TimerVisitor {

    /**
     * @param position in the log
     * @param size in bytes
     * @return whether to go on
     */
    boolean timer(long dueMs, long position, int size);
}
