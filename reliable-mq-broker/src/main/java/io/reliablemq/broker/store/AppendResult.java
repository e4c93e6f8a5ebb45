package io.reliablemq.broker.store;

/**
 * How an append ended.
 *
 * @param position where the message stands in the log; -1 unless stored
 * @param queueOffset its number in its queue; -1 unless stored
 * @param detail for humans, empty on success
 */
public record AppendResult(Status status, long position, long queueOffset, String detail) {

    /** What is known about the message. */
    public enum Status {
        /** Stored as safely as the policy asks. */
        COMMITTED,
        /** In the log, but not flushed within the bound. */
        FLUSH_TIMEOUT,
        /** Not stored, and never will be: too many appends were waiting, or it waited for too long. Try again. */
        BUSY,
        /** Not stored: the store takes no more writes, since a write failed, the disk is full or it is closing. */
        CLOSED;

        public boolean isStored() {
            return this == COMMITTED || this == FLUSH_TIMEOUT;
        }
    }
}
