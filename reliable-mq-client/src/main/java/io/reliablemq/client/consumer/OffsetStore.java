package io.reliablemq.client.consumer;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.util.concurrent.CompletableFuture;

/** Where a group's offsets are kept. Thread-safe; futures may complete on any thread. */
interface OffsetStore extends AutoCloseable {

    /** Where to go on in the queue; a group without an offset there starts at the same place, whoever asks next. */
    CompletableFuture<Long> startOffset(Queue queue);

    /** Stores the offset soon. */
    void commit(Queue queue, long offset);

    /** Stores the offset and completes when that is done. */
    CompletableFuture<Void> commitSurely(Queue queue, long offset);

    /** To be called last. */
    @Override
    default void close() {}
}
