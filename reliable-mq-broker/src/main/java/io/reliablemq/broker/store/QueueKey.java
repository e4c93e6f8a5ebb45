package io.reliablemq.broker.store;

/** A queue of this broker. */
public record QueueKey(String topic, int queueId) {}
