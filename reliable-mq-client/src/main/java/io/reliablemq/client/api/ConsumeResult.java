package io.reliablemq.client.api;

/** What a listener says about a message. Anything but {@link #CONSUME_SUCCESS} keeps the message. */
public enum ConsumeResult {
    /** Done: the message is acknowledged. */
    CONSUME_SUCCESS,
    /** Not done: the broker hands the message out again after a delay, and keeps it as a dead letter in the end. */
    RECONSUME_LATER
}
