package io.reliablemq.conformance.port;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Sends messages with the defaults of its library. Thread-safe. */
public interface Sender extends AutoCloseable {

    /**
     * Sends and waits for the answer.
     *
     * @throws SendFailure if it ended in anything but {@code SEND_OK}
     */
    Receipt send(OutgoingMessage message);

    /** Sends without waiting; completes exceptionally with {@link SendFailure} for anything but {@code SEND_OK}. */
    CompletableFuture<Receipt> sendAsync(OutgoingMessage message);

    /** Sends and asks for no answer. */
    void sendOneWay(OutgoingMessage message);

    /**
     * Sends messages of one topic in one request.
     *
     * @throws UnsupportedOperationException if the library {@linkplain ClientLibrary#offersBatches offers none}
     */
    Receipt sendBatch(List<OutgoingMessage> messages);

    @Override
    void close();
}
