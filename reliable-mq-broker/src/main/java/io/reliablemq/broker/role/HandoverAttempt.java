package io.reliablemq.broker.role;

/**
 * A hand-over of the master's role that was begun.
 *
 * @param master what the broker was that hands over
 * @param successor where the slave listens that is to take over, {@code host:port}
 * @param successorId number of that slave
 * @param token of this attempt
 * @param epoch the last one that the broker that hands over has written
 */
public record HandoverAttempt(ActingRole master, String successor, long successorId, String token, int epoch) {

    /** What the broker becomes that hands over. */
    public ActingRole asSlave() {
        return master.asSlaveOf(successor, successorId);
    }
}
