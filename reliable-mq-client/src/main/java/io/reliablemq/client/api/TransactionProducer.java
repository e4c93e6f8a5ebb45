package io.reliablemq.client.api;

import io.reliablemq.protocol.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages that are delivered if, and only if, a local transaction commits.
 *
 * <p>The broker stores the message first, without delivering it; then the {@link TransactionListener} runs the local
 * transaction; then the broker is told how that ended. Where it does not hear of it, because either side died, it asks a producer
 * of the group, every now and then up to a limit. Beyond that the message is kept in a topic for operators and is not delivered.
 * Thread-safe.
 */
public interface TransactionProducer extends AutoCloseable {

    /**
     * Stores the message, runs the local transaction, and tells the broker how it ended.
     *
     * @param argument handed to the listener
     * @throws SendFailedException if the message was not stored; the local transaction has not run then. A broker that holds the
     *     message all the same will ask for it
     * @throws IllegalArgumentException if the message itself cannot be sent
     */
    TransactionReceipt send(Message message, @Nullable Object argument);

    /** Waits for sends in flight, up to the send time-out, then leaves; other producers of the group are asked from then on. */
    @Override
    void close();
}
