package io.reliablemq.broker;

/** The part that a broker plays in replication, by the names of the protocol's world. */
public enum BrokerRole {
    /** Takes messages and answers without waiting for a slave. */
    ASYNC_MASTER,
    /** Takes messages and answers once a slave has them too. Not part of this version. */
    SYNC_MASTER,
    /** Copies a master. Not part of this version. */
    SLAVE
}
