package io.reliablemq.client.api;

/** Where a group starts that has no stored offset. */
public enum ConsumeFrom {
    /** At the earliest message that is kept: nothing is skipped. The default here. */
    FIRST_OFFSET,
    /**
     * Behind what was stored before the consumer's start. What is stored from then on is received, also in topics and queues
     * that appear later; so may be what was stored shortly before, since the clocks of client and broker differ.
     */
    LAST_OFFSET,
    /** At the first message that was stored at a given time or later. */
    TIMESTAMP
}
