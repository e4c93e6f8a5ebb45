package io.reliablemq.broker.store.log;

/** Wakes those who go on where the log writer ends: the flusher and the segment keeper. Owned by the log writer. */
public final class TailSignals {

    private final LogTail tail;
    private final Runnable flusher;
    private final Runnable keeper;
    private long segmentBase;

    /**
     * @param flusher called when something is written and not flushed
     * @param keeper called when the tail runs out of reserved space, and when a segment was ended
     */
    public TailSignals(LogTail tail, Runnable flusher, Runnable keeper) {
        this.tail = tail;
        this.flusher = flusher;
        this.keeper = keeper;
        this.segmentBase = tail.segmentBase();
    }

    /** To be called when a batch is written. */
    void written() {
        if (tail.isDirty()) {
            flusher.run();
        }
        if (tail.wantsRoom() || tail.segmentBase() != segmentBase) {
            segmentBase = tail.segmentBase();
            keeper.run();
        }
    }
}
