package io.reliablemq.client.api;

/** Who of a group gets a message. */
public enum MessageModel {
    /** One member: the members share the queues, the brokers keep the offsets. The default. */
    CLUSTERING,
    /** Every member: each reads all queues and keeps its offsets in a folder of its own. */
    BROADCASTING
}
