package io.reliablemq.client.api;

import io.reliablemq.protocol.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * The application's transactions behind a {@link TransactionProducer}. Called by several threads at once.
 *
 * <p>An exception counts as {@link TransactionOutcome#UNKNOWN}, since it may come from behind the commit.
 */
public interface TransactionListener {

    /**
     * Runs the local transaction, on the thread that sends. The broker holds the message, and keeps it back.
     *
     * @param message with its unique id, by which {@link #check} will find the transaction
     * @param argument what was given to {@link TransactionProducer#send}
     */
    TransactionOutcome execute(Message message, @Nullable Object argument) throws Exception;

    /**
     * Says how a transaction ended, maybe in another process of the group that has died since, and maybe one that never began:
     * of that it says {@link TransactionOutcome#ROLLBACK}. Runs on a thread {@code rmq-client-callback-n}.
     *
     * @param half the message as the broker holds it
     */
    TransactionOutcome check(ReceivedMessage half) throws Exception;
}
