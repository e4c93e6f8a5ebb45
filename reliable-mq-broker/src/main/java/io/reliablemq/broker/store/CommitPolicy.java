package io.reliablemq.broker.store;

/** Decides how far the log is committed: what stands before that point is answered as stored, and can be read. */
@FunctionalInterface
interface CommitPolicy {

    /** @return a position that is at most {@code written} */
    long commit(long written, long flushed);

    static CommitPolicy of(FlushDiskType type) {
        return type == FlushDiskType.SYNC_FLUSH
                ? (written, flushed) -> Math.min(written, flushed)
                : (written, flushed) -> written;
    }
}
