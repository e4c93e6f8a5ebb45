package io.reliablemq.broker.role;

/** The part that a broker plays among the brokers of its name, by the names of the protocol's world. */
public enum BrokerRole {
    /** Takes messages and answers without waiting for a slave. */
    ASYNC_MASTER,
    /** Takes messages and answers once enough slaves have them too. */
    SYNC_MASTER,
    /** Copies a master, and serves reads while that is away. */
    SLAVE;

    public boolean isMaster() {
        return this != SLAVE;
    }
}
