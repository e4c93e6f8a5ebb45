package io.reliablemq.client.api;

/** Where a group starts that has no stored offset. */
public enum ConsumeFrom {
    /** At the earliest message that is kept: nothing is skipped. The default here. */
    FIRST_OFFSET,
    /** Behind the last message: what was sent before the first start is skipped. */
    LAST_OFFSET,
    /** At the first message that was stored at a given time or later. */
    TIMESTAMP
}
