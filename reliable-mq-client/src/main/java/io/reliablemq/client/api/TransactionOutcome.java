package io.reliablemq.client.api;

/** What a {@link TransactionListener} says of a local transaction. */
public enum TransactionOutcome {
    /** It is done: the message is delivered. */
    COMMIT,
    /** It is not done, and will not be: the message is never delivered. */
    ROLLBACK,
    /** It cannot be told yet: the broker asks again. */
    UNKNOWN
}
