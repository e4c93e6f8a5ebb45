package io.reliablemq.broker.replication;

/** Which broker this is: master and slaves share both names. */
public record BrokerIdentity(String cluster, String brokerName) {}
