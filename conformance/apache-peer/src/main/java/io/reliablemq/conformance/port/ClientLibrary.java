package io.reliablemq.conformance.port;

import java.time.Duration;

/** A client library for the remoting protocol, as far as the suite compares it. */
public interface ClientLibrary extends MessageLibrary {

    /**
     * Opens a sender whose attempts take no longer than given, so that the time of a send has room for another. All else
     * is the library's default.
     */
    Sender senderWithBoundedAttempts(String nameServers, String group, Duration mostPerAttempt);

    /** Opens a sender of messages within local transactions. */
    TransactionSender transactionSender(String nameServers, String group, LocalTransactions transactions);

    /** Whether {@link Sender#sendBatch} is offered. */
    boolean offersBatches();
}
