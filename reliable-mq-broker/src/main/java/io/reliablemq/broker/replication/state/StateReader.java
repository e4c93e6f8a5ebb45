package io.reliablemq.broker.replication.state;

/**
 * A slave that follows the state.
 *
 * @param replicaId name of its data folder
 * @param address {@code host:port} where it listens
 */
public record StateReader(String replicaId, long brokerId, String address) {}
