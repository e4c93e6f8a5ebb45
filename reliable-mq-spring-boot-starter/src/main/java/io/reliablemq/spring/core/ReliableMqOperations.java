package io.reliablemq.spring.core;

import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.SendQueue;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.TransactionReceipt;
import io.reliablemq.spring.support.ReliableMqHeaders;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Converts payloads and sends them. {@link #newMessage} offers everything; the other methods are the usual cases.
 *
 * <p>A destination is {@code topic} or {@code topic:tag}. A payload is text, bytes, any object the converter takes
 * (JSON by default), or a Spring {@link org.springframework.messaging.Message} whose headers are sent too. Headers of
 * a simple type (text, number, boolean, UUID, enum) become properties of the message; tag, keys, ordering key and the time of
 * delivery are set by those of {@link ReliableMqHeaders}.
 *
 * <p>Inside a Spring transaction a {@link TransactionMode} decides when the message goes: that of the message, or of the template
 * ({@code reliable-mq.template.in-transaction}). A receipt that has waited for no broker says so by its
 * {@link SendReceipt#status() status}.
 *
 * <p>What cannot be sent at all is thrown at once by every method, the asynchronous ones included:
 * {@link org.springframework.messaging.converter.MessageConversionException} if no converter takes the payload,
 * {@link IllegalArgumentException} if destination, headers, or size are wrong. Inside a transaction, with
 * {@link TransactionMode#OUTBOX}, also {@link OutboxUnavailableException}.
 *
 * <p>Implementations are thread-safe.
 */
public interface ReliableMqOperations {

    /** Begins a message with this payload, to be completed step by step: at least its topic is needed. */
    OutgoingMessage newMessage(Object payload);

    /** The same operations with another way inside transactions. */
    ReliableMqOperations inTransaction(TransactionMode mode);

    /** Sends without headers; see {@link #send(String, Object, Map)}. */
    default SendReceipt send(String destination, Object payload) {
        return send(destination, payload, Map.of());
    }

    /**
     * Sends and waits until the broker has the message as safely as it is configured to keep it.
     *
     * @return only if an attempt ended in {@code SEND_OK}, or the message is kept to be sent later, of which the status tells: in
     *     the journal, for the commit, in the outbox
     * @throws io.reliablemq.client.api.SendFailedException in every other case, with all attempts made; its
     *     {@code mayBeStored()} says whether some broker may hold the message all the same
     */
    SendReceipt send(String destination, Object payload, Map<String, Object> headers);

    /** Sends without headers and without waiting; see {@link #sendAsync(String, Object, Map)}. */
    default CompletableFuture<SendReceipt> sendAsync(String destination, Object payload) {
        return sendAsync(destination, payload, Map.of());
    }

    /**
     * Sends without waiting. The future completes exactly once: with a receipt as {@link #send(String, Object, Map)} returns it,
     * in every other case exceptionally with a {@link io.reliablemq.client.api.SendFailedException}. With
     * {@link TransactionMode#AFTER_COMMIT} it completes after the send that follows the commit, or with a
     * {@link TransactionNotCommittedException}: do not wait for it inside the transaction.
     */
    CompletableFuture<SendReceipt> sendAsync(String destination, Object payload, Map<String, Object> headers);

    /** Sends without headers, waiting or answer; see {@link #sendOneWay(String, Object, Map)}. */
    default void sendOneWay(String destination, Object payload) {
        sendOneWay(destination, payload, Map.of());
    }

    /**
     * Hands the message to the network and asks for no answer. <b>Unsafe</b>: the message may be lost, and nobody
     * learns of it.
     *
     * @throws io.reliablemq.client.api.SendFailedException if it could not even be written to a connection
     */
    void sendOneWay(String destination, Object payload, Map<String, Object> headers);

    /** Sends a message that is delivered so long after its arrival at the broker. */
    default SendReceipt sendDelayed(String destination, Object payload, Duration delay) {
        return send(destination, payload, Map.of(ReliableMqHeaders.DELIVER_AFTER, delay));
    }

    /** Sends a message in order with all others of the key. */
    default SendReceipt sendOrdered(String destination, Object payload, String orderingKey) {
        return send(destination, payload, Map.of(ReliableMqHeaders.ORDERING_KEY, orderingKey));
    }

    /**
     * Sends many messages in few requests, and waits.
     *
     * @param payloads each as in {@link #send(String, Object)}; Spring messages may have headers, but no delays
     * @return a receipt for each, in their order
     * @throws io.reliablemq.client.api.BatchFailedException if any of them was not sent; it tells of each
     */
    List<SendReceipt> sendBatch(String destination, Collection<?> payloads);

    /** As {@link #sendBatch} without waiting. */
    CompletableFuture<List<SendReceipt>> sendBatchAsync(String destination, Collection<?> payloads);

    /**
     * Sends a request and waits for its reply. Goes at once, also inside a transaction.
     *
     * @param timeout for the reply, once the request is stored
     * @throws io.reliablemq.client.api.SendFailedException if the request was not stored
     * @throws io.reliablemq.client.api.NoReplyException if no reply came in time
     */
    <T> T sendAndReceive(String destination, Object payload, Class<T> replyType, Duration timeout);

    /** As {@link #sendAndReceive} without waiting; the future completes exceptionally with what that throws. */
    <T> CompletableFuture<T> sendAndReceiveAsync(
            String destination, Object payload, Class<T> replyType, Duration timeout);

    /**
     * Replies to a request that a consumer has received. Goes at once, also inside a transaction.
     *
     * @throws io.reliablemq.client.api.SendFailedException if the broker did not bring the reply to whoever asked
     * @throws IllegalArgumentException if the message is no request
     */
    SendReceipt reply(ReceivedMessage request, Object payload);

    /**
     * Sends a message in a transaction of the broker: it is stored without being delivered, then the application's
     * {@link io.reliablemq.client.api.TransactionListener} runs the local transaction, then it is delivered or withdrawn. Not
     * related to Spring's transactions.
     *
     * @param argument handed to the listener
     * @throws io.reliablemq.client.api.SendFailedException if the message was not stored; the local transaction has not run then
     * @throws IllegalStateException if there is no bean of type {@code TransactionListener}
     */
    TransactionReceipt sendInBrokerTransaction(String destination, Object payload, @Nullable Object argument);

    /** The queues that the topic's messages can be sent to at the moment. */
    List<SendQueue> queues(String topic);

    /**
     * Calls a message back that waits for a time of its own, so that it is never delivered.
     *
     * @param topic it was sent to
     * @param recallHandle {@link SendReceipt#recallHandle()} of a message that was sent with a delay or a time, not a level
     * @return the unique id of the message
     * @throws io.reliablemq.client.api.RecallFailedException if it may have been delivered before
     */
    String recall(String topic, String recallHandle);

    /**
     * As {@link #recall(String, String)}.
     *
     * @throws IllegalArgumentException if the receipt has no handle
     */
    default String recall(SendReceipt receipt) {
        String handle = receipt.recallHandle();
        if (handle == null) {
            throw new IllegalArgumentException(
                    "The message " + receipt.messageId() + " (" + receipt.status()
                            + ") cannot be called back: it was not sent to wait for a time of its own, or has not reached a broker");
        }
        return recall(receipt.topic(), handle);
    }
}
