package io.reliablemq.broker.store;

/**
 * Decides how far the log is committed: what stands before that point is answered as stored, and can be read.
 *
 * @param awaitsFlush whether this log's own disk must have it
 * @param awaitsOthers whether enough replicas must have it too; on a copy, whether its master must say that it is committed
 */
record CommitPolicy(boolean awaitsFlush, boolean awaitsOthers) {

    static CommitPolicy of(FlushDiskType type, StoreSettings.Replication replication) {
        return new CommitPolicy(type == FlushDiskType.SYNC_FLUSH, replication.awaitsOthers());
    }

    /** How far the log is as safe as its own disk shall make it. */
    long local(long written, long flushed) {
        return awaitsFlush ? Math.min(written, flushed) : written;
    }

    /** @param others how far the others have it, or say that it is committed */
    long commit(long local, long others) {
        return awaitsOthers ? Math.min(local, others) : local;
    }
}
