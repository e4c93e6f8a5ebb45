package io.reliablemq.client.api;

import io.reliablemq.protocol.message.Message;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Sends messages.
 *
 * <p>A send makes up to {@code 1 + retryTimesWhenSendFailed} attempts inside one time budget, each on another broker
 * where there is one. While none is left, it waits before the next attempt for about 0.75 s, then 2.25 s and longer,
 * each time a quarter of the remaining time at the most, so that a broker which is being restarted is found again; a
 * refusal is repeated sooner. A message with an ordering key is the exception: every attempt goes to the key's own queue.
 * It ends in {@code SEND_OK} or in a {@link SendFailedException} that carries every attempt.
 * Thread-safe.
 */
public interface Producer extends AutoCloseable {

    /** Sends with the configured time-out and waits. */
    SendReceipt send(Message message);

    /**
     * Sends and waits for at most the time-out, which all attempts share.
     *
     * @throws SendFailedException if no attempt ended in {@code SEND_OK}
     * @throws IllegalArgumentException if the message itself cannot be sent: empty or too large
     */
    SendReceipt send(Message message, Duration timeout);

    /**
     * Sends without waiting. The future completes exactly once, never on a network thread: with the receipt, or
     * exceptionally with a {@link SendFailedException}. What depends on it runs on one of up to 64 threads
     * {@code rmq-client-callback-n}; it may send, but should not block for long, since what ends later then waits for a
     * thread.
     *
     * @throws IllegalArgumentException if the message itself cannot be sent: empty or too large
     */
    CompletableFuture<SendReceipt> sendAsync(Message message);

    /**
     * Hands the message to the network and does not wait for an answer. <b>Unsafe</b>: nobody learns whether a broker
     * has stored it.
     *
     * @throws SendFailedException if it could not even be written to a connection
     */
    void sendOneWay(Message message);

    /** Waits for sends in flight, up to the send time-out, then leaves. */
    @Override
    void close();
}
