package io.reliablemq.client.api;

/**
 * How a transaction ended, as far as is known.
 *
 * @param half where the broker holds the message until the transaction ends
 * @param outcome of the local transaction
 * @param confirmed whether the broker has said that it ended so: a committed message is stored then as safely as any. If not, it
 *     will ask, until {@link TransactionListener#check} tells it, or until its limits are reached
 * @param detail why it is not confirmed, or why the outcome is unknown; empty if all is well
 */
public record TransactionReceipt(SendReceipt half, TransactionOutcome outcome, boolean confirmed, String detail) {}
