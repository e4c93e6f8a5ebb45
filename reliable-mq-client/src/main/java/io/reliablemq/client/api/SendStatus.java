package io.reliablemq.client.api;

/** How a send ended that did not fail. */
public enum SendStatus {
    /** A broker has the message, as safely as it is configured to keep it. */
    SEND_OK,
    /**
     * No broker has said so. The message is on this machine's disk, in the journal of a store-and-forward handler, and will be
     * sent when a broker takes it: not yet a send, and lost with the disk.
     */
    ACCEPTED_LOCALLY
}
