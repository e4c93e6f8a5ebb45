/**
 * The log: segments of checksummed records, one writer, one way to read it back after a crash.
 *
 * <p>Knows nothing of what topics and queues mean: a record's payload is bytes. The tail is owned by
 * {@code rmq-log-writer}; {@code rmq-flusher} forces it under asynchronous flush, {@code rmq-segment-keeper} reserves
 * disk space ahead of it. Any thread may read.
 */
@NullMarked
package io.reliablemq.broker.store.log;

import org.jspecify.annotations.NullMarked;
