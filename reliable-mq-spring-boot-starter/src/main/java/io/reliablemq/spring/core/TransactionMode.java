package io.reliablemq.spring.core;

/**
 * What a send does inside a Spring transaction. Outside of one, every send goes at once.
 *
 * <p>Requests, replies and messages in a transaction of the broker always go at once.
 */
public enum TransactionMode {

    /** Sends at once: the message is out even if the transaction rolls back later. */
    IMMEDIATELY,

    /**
     * Sends after the commit, on the thread that commits; not at all after a rollback. <b>The message is lost if the process dies
     * between commit and send</b>; a send that fails then goes to the {@link AfterCommitFailureHandler}, since the transaction
     * cannot be taken back any more.
     */
    AFTER_COMMIT,

    /**
     * Writes the message into the {@link Outbox}, in the same transaction as the application's own data: both are there after the
     * commit, or neither is. It is sent a moment later, again and again until a broker has it.
     */
    OUTBOX
}
