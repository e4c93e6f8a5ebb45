package io.reliablemq.broker.store;

/** When an append is answered with respect to the flush of the local disk. */
public enum FlushDiskType {
    /** After the force that covers the record. */
    SYNC_FLUSH,
    /** After the write; a crash of the machine can take back what was written since the last flush. */
    ASYNC_FLUSH
}
