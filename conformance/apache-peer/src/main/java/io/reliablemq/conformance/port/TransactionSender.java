package io.reliablemq.conformance.port;

/** Sends messages within local transactions, with the defaults of its library. */
public interface TransactionSender extends AutoCloseable {

    /**
     * Stores the message, runs the local transaction, tells the broker how it ended.
     *
     * @return the unique id
     * @throws SendFailure if the message was not stored
     */
    String send(OutgoingMessage message);

    @Override
    void close();
}
