package io.reliablemq.protocol.transport;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Whose turn it is to write to a connection's socket: the event loop's, which keeps it while anything of what it took is
 * not with the operating system, or for one write another thread's. Nobody waits for it. Thread-safe.
 */
final class WriteTurn {

    private enum Holder {
        NOBODY,
        EVENT_LOOP,
        OTHER_THREAD,
        /** As before, and the event loop has something to write. */
        OTHER_THREAD_AHEAD_OF_LOOP
    }

    private final AtomicReference<Holder> holder = new AtomicReference<>(Holder.NOBODY);

    /** For the event loop, which may have it already. If not, the other thread is told to call it when it is done. */
    boolean takeForLoop() {
        while (true) {
            if (holder.compareAndSet(Holder.NOBODY, Holder.EVENT_LOOP) || holder.get() == Holder.EVENT_LOOP) {
                return true;
            }
            if (holder.compareAndSet(Holder.OTHER_THREAD, Holder.OTHER_THREAD_AHEAD_OF_LOOP)
                    || holder.get() == Holder.OTHER_THREAD_AHEAD_OF_LOOP) {
                return false;
            }
        }
    }

    /** The event loop has nothing to write any more. */
    void leaveLoop() {
        holder.set(Holder.NOBODY);
    }

    /** For a thread that is not the event loop. */
    boolean takeForOther() {
        return holder.compareAndSet(Holder.NOBODY, Holder.OTHER_THREAD);
    }

    /** The other thread is done. @return whether the event loop is to be called */
    boolean leaveOther() {
        return holder.getAndSet(Holder.NOBODY) == Holder.OTHER_THREAD_AHEAD_OF_LOOP;
    }

    /** The other thread leaves something to be written by the event loop, which is to be called. */
    void passToLoop() {
        holder.set(Holder.EVENT_LOOP);
    }
}
