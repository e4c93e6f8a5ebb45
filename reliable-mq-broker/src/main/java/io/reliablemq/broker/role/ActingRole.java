package io.reliablemq.broker.role;

import org.jspecify.annotations.Nullable;

/**
 * The part that a broker plays now.
 *
 * @param brokerId number among the brokers of its name; 0 for a master, above for a slave
 * @param masterRole what kind of master the brokers of this name have: the role itself where it is one
 * @param masterAddress {@code host:port} of the last known master, for a slave; null if none is known
 * @param vacatedId the number that this broker had as a slave before it became the master, free for the old master; 0 if
 *     there was none
 */
public record ActingRole(
        BrokerRole role,
        long brokerId,
        BrokerRole masterRole,
        @Nullable String masterAddress,
        long vacatedId) {

    public ActingRole {
        if (role.isMaster() != (brokerId == 0)) {
            throw new IllegalArgumentException(role + " does not go with the number " + brokerId);
        }
        if (!masterRole.isMaster()) {
            throw new IllegalArgumentException(masterRole + " is no kind of master");
        }
    }

    public boolean isMaster() {
        return role.isMaster();
    }

    /** The same slave, of a master of this kind. */
    public ActingRole withMasterRole(BrokerRole kind) {
        return new ActingRole(role, brokerId, kind, masterAddress, vacatedId);
    }

    /** What a slave becomes when it takes over. */
    public ActingRole asMaster() {
        return new ActingRole(masterRole, 0, masterRole, null, isMaster() ? vacatedId : brokerId);
    }

    /** What a master becomes when another broker has taken over. */
    public ActingRole asSlaveOf(String newMaster, long freeId) {
        return new ActingRole(BrokerRole.SLAVE, freeId, masterRole, newMaster, 0);
    }

    @Override
    public String toString() {
        return isMaster() ? role.name() : role + " " + brokerId;
    }
}
