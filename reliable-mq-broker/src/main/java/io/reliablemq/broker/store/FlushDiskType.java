package io.reliablemq.broker.store;

/** When a message counts as stored. */
public enum FlushDiskType {
    /** Once it is on disk. */
    SYNC_FLUSH,
    /** Once it is in the log; the disk follows at an interval. */
    ASYNC_FLUSH
}
