package io.reliablemq.client.api;

/** How a send ended that did not fail. The client itself knows the first two; the others are those of a framework around it. */
public enum SendStatus {
    /** A broker has the message, as safely as it is configured to keep it. */
    SEND_OK,
    /**
     * No broker has said so. The message is on this machine's disk, in the journal of a store-and-forward handler, and will be
     * sent when a broker takes it: not yet a send, and lost with the disk.
     */
    ACCEPTED_LOCALLY,
    /**
     * Nothing has been sent. The message waits for the transaction of the caller: it is sent at once after the commit, and not
     * at all after a rollback. Whether that send succeeds is told by other means, and the message is lost if the process dies
     * before.
     */
    AFTER_COMMIT,
    /**
     * Nothing has been sent. The message is part of the caller's transaction in a database: it is there, and will be sent, if and
     * only if that commits.
     */
    IN_OUTBOX
}
