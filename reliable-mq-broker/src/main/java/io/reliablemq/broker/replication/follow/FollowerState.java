package io.reliablemq.broker.replication.follow;

/**
 * How a replica gets on with its master.
 *
 * @param phase what it does now
 * @param master where it looks for the master; empty if it does not know
 * @param position how far it has the log
 * @param masterCommitted how far the master's log is committed, as far as it was told
 * @param detail why it does not follow; empty if it does
 */
public record FollowerState(Phase phase, String master, long position, long masterCommitted, String detail) {

    /** What a replica does. */
    public enum Phase {
        /** It has no connection to the master. */
        SEARCHING,
        /** It asks the master where it can follow. */
        ATTACHING,
        /** It gets what is written. */
        FOLLOWING,
        /** The store must be opened again, to bring the log to where it can follow. */
        REALIGNING,
        /** It cannot follow this master, which lacks what was acknowledged. */
        REFUSED,
        /** The log here takes no more writes. */
        BROKEN
    }
}
