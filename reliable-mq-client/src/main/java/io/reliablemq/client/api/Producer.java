package io.reliablemq.client.api;

import io.reliablemq.protocol.message.Message;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Sends messages.
 *
 * <p>A send makes up to {@code 1 + retryTimesWhenSendFailed} attempts inside one time budget, each on another broker
 * where there is one. While none is left, it waits before the next attempt for about 0.75 s, then 2.25 s and longer,
 * each time a quarter of the remaining time at the most, so that a broker which is being restarted is found again; a
 * refusal is repeated sooner, and one that would be repeated in vain not at all: a topic that no broker has, or a message that
 * is refused for what it is. It ends in {@code SEND_OK} or in a {@link SendFailedException} that carries every attempt.
 * The unique id is the same in all of them; the broker of this project drops an attempt whose message it holds already, and
 * answers with the first one's place. Thread-safe.
 *
 * <p>Messages with an ordering key are the exception: every attempt goes to the key's own queue, and a send of the key begins
 * when those before it have ended, also where they are asynchronous, so that nothing overtakes a retry. Where one fails, those
 * behind it are sent all the same. An asynchronous one whose time is over before its turn fails once none of the key has ended
 * for five seconds, as behind a failure handler that hangs.
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
     * As {@link #send(Message)}, with every attempt to this queue. No failure handler is asked, as none can send the message to this
     * queue later: where all attempts fail, the sender gets the failure.
     *
     * @param queue one of {@link #queues}
     * @throws SendFailedException if no attempt ended in {@code SEND_OK}
     * @throws IllegalArgumentException if the message itself cannot be sent, or not {@linkplain SendQueue#requireFor to this queue}
     */
    SendReceipt send(Message message, SendQueue queue);

    /** As {@link #sendAsync(Message)}, with every attempt to this queue; no failure handler is asked. */
    CompletableFuture<SendReceipt> sendAsync(Message message, SendQueue queue);

    /**
     * Sends a message again that was taken down elsewhere, in a database for instance, and may have been stored by a send of
     * which nobody knows the outcome. As {@link #sendAsync(Message)}, except that no failure handler is asked. A broker of this
     * project that holds the message already does not store it a second time, and answers with the first one's place.
     *
     * @param message with the unique id that it has in every one of its sends; without one it is a new message
     * @param bornTimestamp when it was sent first, in ms since 1970: together with the id it names the send, so it has to be the
     *     same each time
     * @throws IllegalArgumentException if the message itself cannot be sent: empty or too large
     */
    CompletableFuture<SendReceipt> resendAsync(Message message, long bornTimestamp);

    /**
     * Hands the message to the network and does not wait for an answer. <b>Unsafe</b>: nobody learns whether a broker
     * has stored it.
     *
     * @throws SendFailedException if it could not even be written to a connection
     */
    void sendOneWay(Message message);

    /**
     * Sends many messages in few requests, and waits. They are cut into batches that brokers take: each of one ordering key, and
     * not larger than {@link ProducerSettings#maxMessageBytes()}. Those of one batch are stored one behind the other in one queue;
     * each batch has the attempts and the time of a send. Batches are not compressed.
     *
     * @param messages of one topic, without delays
     * @return a receipt for each message, in their order
     * @throws BatchFailedException if any of them was not sent; it tells of each
     * @throws IllegalArgumentException if a message cannot be sent at all, or not with the others; then none is sent
     */
    List<SendReceipt> sendBatch(List<Message> messages);

    /**
     * As {@link #sendBatch} without waiting, with the attempts of an asynchronous send. Each batch counts as one send in flight.
     */
    CompletableFuture<List<SendReceipt>> sendBatchAsync(List<Message> messages);

    /**
     * The queues that the topic's messages can be sent to at the moment.
     *
     * @throws IllegalStateException if there is no such topic, or its route is not found within the send time-out and a moment
     */
    List<SendQueue> queues(String topic);

    /**
     * Calls a message back that waits for a time of its own, so that it is never delivered. Waits for the answer, up to the send
     * time-out. Brokers of Apache RocketMQ need {@code recallMessageEnable=true}.
     *
     * @param recallHandle {@link SendReceipt#recallHandle()}
     * @return the unique id of the message
     * @throws RecallFailedException if the broker did not say that it was called back: it may have been delivered before
     * @throws IllegalArgumentException if the handle is none, or one of another topic
     */
    String recall(String topic, String recallHandle);

    /**
     * Sends a request and waits for its reply, which a consumer gives with {@link #reply}.
     *
     * @param timeout for the reply, once the request is stored
     * @throws SendFailedException if the request was not stored
     * @throws NoReplyException if no reply came in time
     */
    ReceivedMessage request(Message message, Duration timeout);

    /** As {@link #request} without waiting. Completes once, never on a network thread, as {@link #sendAsync} does. */
    CompletableFuture<ReceivedMessage> requestAsync(Message message, Duration timeout);

    /**
     * Replies to a request that a consumer has received.
     *
     * @throws SendFailedException if the broker did not bring the reply to whoever asked
     * @throws IllegalArgumentException if the message is no request
     */
    SendReceipt reply(ReceivedMessage request, byte[] body);

    /** Waits for sends in flight, up to the send time-out, then leaves. */
    @Override
    void close();
}
