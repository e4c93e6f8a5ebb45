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
        /** In the log and as safe here as the flush policy asks, but not enough replicas confirmed it within the bound. */
        REPLICA_TIMEOUT,
        /** In the log and as safe here as the flush policy asks, but too few replicas were near when it was sent. */
        NO_REPLICA,
        /** Not stored, and never will be: too many appends were waiting, or it waited for too long. Try again. */
        BUSY,
        /** Not stored, and never will be: the disk has no room. Try another broker, or again once there is room. */
        NO_SPACE,
        /** Not stored, and never will be: the store takes no more writes, since one failed before or it is closing. */
        CLOSED,
        /**
         * Unknown: a write or force failed while the message was on its way to the disk. It cannot be read now, but may be
         * found in the log at the next start. Whoever sends it again may store it twice.
         */
        FAILED;

        /** Whether it is known that the message is not stored, and may be tried again here. */
        public boolean isRefused() {
            return this == BUSY || this == NO_SPACE;
        }

        /** Whether it is in the log. Unless it is {@link #COMMITTED}, it is on its way to being as safe as it should. */
        public boolean isStored() {
            return this == COMMITTED || this == FLUSH_TIMEOUT || this == REPLICA_TIMEOUT || this == NO_REPLICA;
        }
    }
}
