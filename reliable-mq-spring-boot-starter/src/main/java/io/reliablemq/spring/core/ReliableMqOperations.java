package io.reliablemq.spring.core;

import io.reliablemq.client.api.SendReceipt;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Converts payloads and sends them.
 *
 * <p>A destination is {@code topic} or {@code topic:tag}. A payload is text, bytes, any object the converter takes
 * (JSON by default), or a Spring {@link org.springframework.messaging.Message} whose headers are sent too. Headers of
 * a simple type (text, number, boolean, UUID, enum) become properties of the message; tag and keys are set by
 * {@link io.reliablemq.spring.support.ReliableMqHeaders#TAGS} and {@code KEYS}.
 *
 * <p>What cannot be sent at all is thrown at once by every method, the asynchronous ones included:
 * {@link org.springframework.messaging.converter.MessageConversionException} if no converter takes the payload,
 * {@link IllegalArgumentException} if destination, headers, or size are wrong.
 */
public interface ReliableMqOperations {

    /** Sends without headers; see {@link #send(String, Object, Map)}. */
    default SendReceipt send(String destination, Object payload) {
        return send(destination, payload, Map.of());
    }

    /**
     * Sends and waits until the broker has the message as safely as it is configured to keep it.
     *
     * @return only if an attempt ended in {@code SEND_OK}
     * @throws io.reliablemq.client.api.SendFailedException in every other case, with all attempts made; its
     *     {@code mayBeStored()} says whether some broker may hold the message all the same
     */
    SendReceipt send(String destination, Object payload, Map<String, Object> headers);

    /** Sends without headers and without waiting; see {@link #sendAsync(String, Object, Map)}. */
    default CompletableFuture<SendReceipt> sendAsync(String destination, Object payload) {
        return sendAsync(destination, payload, Map.of());
    }

    /**
     * Sends without waiting. The future completes exactly once: with a receipt after {@code SEND_OK}, in every other
     * case exceptionally with a {@link io.reliablemq.client.api.SendFailedException}.
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
}
