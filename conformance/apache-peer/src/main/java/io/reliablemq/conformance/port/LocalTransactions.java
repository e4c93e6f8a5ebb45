package io.reliablemq.conformance.port;

/** The application's local transactions behind a {@link TransactionSender}. Called by several threads at once. */
public interface LocalTransactions {

    /** How one ended. */
    enum Outcome {
        COMMIT,
        ROLLBACK,
        UNKNOWN
    }

    /** Runs the transaction that belongs to the message. */
    Outcome execute(String messageId);

    /** Says how it ended, when a broker asks. */
    Outcome check(String messageId);
}
