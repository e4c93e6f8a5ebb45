package io.reliablemq.spring.core;

import io.reliablemq.client.api.SendQueue;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.TransactionReceipt;
import io.reliablemq.spring.support.Destination;
import io.reliablemq.spring.support.ReliableMqHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A message under construction, from {@link ReliableMqOperations#newMessage}, and how it is to be sent. Immutable: each step
 * returns another one, so that any of them can be kept and used again. A later step goes before an earlier one of its kind.
 */
public final class OutgoingMessage {

    private final Transmission transmission;
    private final Object payload;
    private final @Nullable String destination;
    private final Map<String, Object> headers;
    private final SendOptions options;

    /** What a template does with a message that is complete. */
    interface Transmission {

        SendReceipt send(OutgoingMessage message);

        CompletableFuture<SendReceipt> sendAsync(OutgoingMessage message);

        void sendOneWay(OutgoingMessage message);

        <T> T request(OutgoingMessage message, Class<T> replyType, Duration timeout);

        <T> CompletableFuture<T> requestAsync(OutgoingMessage message, Class<T> replyType, Duration timeout);

        TransactionReceipt sendInBrokerTransaction(OutgoingMessage message, @Nullable Object argument);
    }

    OutgoingMessage(Transmission transmission, Object payload) {
        this(transmission, payload, null, Map.of(), SendOptions.NONE);
    }

    private OutgoingMessage(
            Transmission transmission,
            Object payload,
            @Nullable String destination,
            Map<String, Object> headers,
            SendOptions options) {
        this.transmission = transmission;
        this.payload = payload;
        this.destination = destination;
        this.headers = headers;
        this.options = options;
    }

    /** Where it goes; needed. {@code topic} or {@code topic:tag}. */
    public OutgoingMessage topic(String topic) {
        Destination.parse(topic);
        return new OutgoingMessage(transmission, payload, topic, headers, options);
    }

    /** What listeners can select it by. The tag of {@code topic:tag} goes before it. */
    public OutgoingMessage tag(String tag) {
        return header(ReliableMqHeaders.TAGS, tag);
    }

    /** What it can be found by. */
    public OutgoingMessage key(String key) {
        return header(ReliableMqHeaders.KEYS, key);
    }

    /** Several keys that it can be found by. */
    public OutgoingMessage keys(String... keys) {
        return header(ReliableMqHeaders.KEYS, List.copyOf(Arrays.asList(keys)));
    }

    /** What it must keep its order with: all messages of the key go to one queue, one behind the other. */
    public OutgoingMessage orderingKey(String key) {
        return header(ReliableMqHeaders.ORDERING_KEY, key);
    }

    /** A header of a simple type becomes a property of the message; one of {@link ReliableMqHeaders} the part it stands for. */
    public OutgoingMessage header(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new OutgoingMessage(transmission, payload, destination, more, options);
    }

    public OutgoingMessage headers(Map<String, Object> several) {
        Map<String, Object> more = new LinkedHashMap<>(headers);
        more.putAll(several);
        return new OutgoingMessage(transmission, payload, destination, more, options);
    }

    /** Delivers it so long after its arrival at the broker. */
    public OutgoingMessage deliverAfter(Duration delay) {
        return delivery(ReliableMqHeaders.DELIVER_AFTER, delay);
    }

    /** Delivers it at this time by the broker's clock; at once if that is past. */
    public OutgoingMessage deliverAt(Instant time) {
        return delivery(ReliableMqHeaders.DELIVER_AT, time);
    }

    /** Delivers it after the delay of this level of the broker's {@code messageDelayLevel}, from 1. */
    public OutgoingMessage delayLevel(int level) {
        return delivery(ReliableMqHeaders.DELAY_LEVEL, level);
    }

    private OutgoingMessage delivery(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(headers);
        more.remove(ReliableMqHeaders.DELIVER_AFTER);
        more.remove(ReliableMqHeaders.DELIVER_AT);
        more.remove(ReliableMqHeaders.DELAY_LEVEL);
        more.put(name, value);
        return new OutgoingMessage(transmission, payload, destination, more, options);
    }

    /** How urgent it is, from 0; of the messages that a listener has not begun a greater number comes first. */
    public OutgoingMessage priority(int priority) {
        return header(ReliableMqHeaders.PRIORITY, priority);
    }

    /**
     * Every attempt goes to this queue, one of {@link ReliableMqOperations#queues}. Not through the outbox, and without a {@link
     * #priority}, unless the message has an ordering key.
     */
    public OutgoingMessage queue(SendQueue queue) {
        return with(new SendOptions(options.mode(), options.timeout(), queue));
    }

    /** Time that all attempts of {@link #send} may take together, instead of the producer's. */
    public OutgoingMessage timeout(Duration timeout) {
        return with(new SendOptions(options.mode(), timeout, options.queue()));
    }

    /** What is done inside a Spring transaction, instead of the template's way. */
    public OutgoingMessage inTransaction(TransactionMode mode) {
        return with(new SendOptions(mode, options.timeout(), options.queue()));
    }

    private OutgoingMessage with(SendOptions other) {
        return new OutgoingMessage(transmission, payload, destination, headers, other);
    }

    /** As {@link ReliableMqOperations#send(String, Object, Map)}. */
    public SendReceipt send() {
        return transmission.send(this);
    }

    /** As {@link ReliableMqOperations#sendAsync(String, Object, Map)}. */
    public CompletableFuture<SendReceipt> sendAsync() {
        return transmission.sendAsync(this);
    }

    /** As {@link ReliableMqOperations#sendOneWay(String, Object, Map)}. <b>Unsafe.</b> */
    public void sendOneWay() {
        transmission.sendOneWay(this);
    }

    /** As {@link ReliableMqOperations#sendAndReceive}. */
    public <T> T sendAndReceive(Class<T> replyType, Duration timeout) {
        return transmission.request(this, replyType, timeout);
    }

    /** As {@link ReliableMqOperations#sendAndReceiveAsync}. */
    public <T> CompletableFuture<T> sendAndReceiveAsync(Class<T> replyType, Duration timeout) {
        return transmission.requestAsync(this, replyType, timeout);
    }

    /** As {@link ReliableMqOperations#sendInBrokerTransaction}. */
    public TransactionReceipt sendInBrokerTransaction(@Nullable Object argument) {
        return transmission.sendInBrokerTransaction(this, argument);
    }

    /** @throws IllegalStateException if it has no topic yet */
    String destination() {
        if (destination == null) {
            throw new IllegalStateException("The message has no topic; call topic(...) before it is sent");
        }
        return destination;
    }

    Object payload() {
        return payload;
    }

    Map<String, Object> headers() {
        return headers;
    }

    SendOptions options() {
        return options;
    }
}
