package io.reliablemq.conformance.port;

import java.time.Duration;

/** A client library for the remoting protocol, as far as the suite compares it. */
public interface ClientLibrary {

    /** Opens a sender that has the library's default settings. */
    Sender sender(String nameServers, String group);

    /**
     * Opens a sender whose attempts take no longer than given, so that the time of a send has room for another. All else
     * is the library's default.
     */
    Sender senderWithBoundedAttempts(String nameServers, String group, Duration mostPerAttempt);

    /** Opens a sender of messages within local transactions. */
    TransactionSender transactionSender(String nameServers, String group, LocalTransactions transactions);

    /** Opens a member of a consumer group. It has joined when this returns; its queues come a little later. */
    Receiver receiver(String nameServers, Subscription subscription, Listener listener);

    /** Whether {@link Sender#sendBatch} is offered. */
    boolean offersBatches();
}
