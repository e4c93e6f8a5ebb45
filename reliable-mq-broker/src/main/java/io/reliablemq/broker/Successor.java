package io.reliablemq.broker;

/**
 * A slave that can take over.
 *
 * @param replicaId name of its log's copy
 * @param address {@code host:port} where it listens
 */
record Successor(String replicaId, long brokerId, String address) {}
