package io.reliablemq.broker.store;

import io.reliablemq.broker.store.log.LogSettings;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How the store keeps messages.
 *
 * @param folder where everything is kept; made if it is missing, locked while the store is open
 * @param flushDiskType when an append is answered
 * @param flushInterval how long written bytes may stay unflushed under {@link FlushDiskType#ASYNC_FLUSH}
 * @param syncFlushTimeout how long an append may wait, from the call to its answer
 * @param segmentBytes size of a log segment; a message, or a batch of messages, must fit into one
 * @param maxPendingAppends most appends that may be waiting for their answer; more are answered as busy
 * @param maxPendingBytes most bytes that these may hold, encoded
 * @param preallocateBytes how far ahead of its tail the log reserves disk space
 */
public record StoreSettings(
        Path folder,
        FlushDiskType flushDiskType,
        Duration flushInterval,
        Duration syncFlushTimeout,
        long segmentBytes,
        int maxPendingAppends,
        long maxPendingBytes,
        long preallocateBytes) {

    public static final long DEFAULT_SEGMENT_BYTES = 256L << 20;
    public static final int DEFAULT_MAX_PENDING_APPENDS = 10_000;
    public static final long DEFAULT_MAX_PENDING_BYTES = 128L << 20;
    public static final long DEFAULT_PREALLOCATE_BYTES = 16L << 20;

    /** The record that ends a segment. */
    private static final int SEGMENT_END_BYTES = 32;

    private static final long MIN_SEGMENT_BYTES = 4096;
    private static final long MAX_SEGMENT_BYTES = 1L << 30;

    public StoreSettings {
        atLeast("flushInterval", flushInterval, Duration.ofMillis(1));
        atLeast("syncFlushTimeout", syncFlushTimeout, Duration.ofMillis(1));
        within("segmentBytes", segmentBytes, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES);
        within("maxPendingAppends", maxPendingAppends, 1, Integer.MAX_VALUE);
        within("maxPendingBytes", maxPendingBytes, 1, Long.MAX_VALUE);
        within("preallocateBytes", preallocateBytes, 0, MAX_SEGMENT_BYTES);
    }

    /** The defaults: {@code SYNC_FLUSH}, a flush interval of 10 ms, a bound of 5 s. */
    public static StoreSettings in(Path folder) {
        return new StoreSettings(
                folder,
                FlushDiskType.SYNC_FLUSH,
                Duration.ofMillis(10),
                Duration.ofSeconds(5),
                DEFAULT_SEGMENT_BYTES,
                DEFAULT_MAX_PENDING_APPENDS,
                DEFAULT_MAX_PENDING_BYTES,
                DEFAULT_PREALLOCATE_BYTES);
    }

    public StoreSettings withFlushDiskType(FlushDiskType type) {
        return new StoreSettings(
                folder,
                type,
                flushInterval,
                syncFlushTimeout,
                segmentBytes,
                maxPendingAppends,
                maxPendingBytes,
                preallocateBytes);
    }

    public StoreSettings withFlushInterval(Duration interval) {
        return new StoreSettings(
                folder,
                flushDiskType,
                interval,
                syncFlushTimeout,
                segmentBytes,
                maxPendingAppends,
                maxPendingBytes,
                preallocateBytes);
    }

    public StoreSettings withSyncFlushTimeout(Duration timeout) {
        return new StoreSettings(
                folder,
                flushDiskType,
                flushInterval,
                timeout,
                segmentBytes,
                maxPendingAppends,
                maxPendingBytes,
                preallocateBytes);
    }

    public StoreSettings withSegmentBytes(long bytes) {
        return new StoreSettings(
                folder,
                flushDiskType,
                flushInterval,
                syncFlushTimeout,
                bytes,
                maxPendingAppends,
                maxPendingBytes,
                preallocateBytes);
    }

    public StoreSettings withMaxPending(int appends, long bytes) {
        return new StoreSettings(
                folder, flushDiskType, flushInterval, syncFlushTimeout, segmentBytes, appends, bytes, preallocateBytes);
    }

    public StoreSettings withPreallocateBytes(long bytes) {
        return new StoreSettings(
                folder,
                flushDiskType,
                flushInterval,
                syncFlushTimeout,
                segmentBytes,
                maxPendingAppends,
                maxPendingBytes,
                bytes);
    }

    /** Most bytes that the records of one append may take, envelopes included. */
    long maxRecordBytes() {
        return segmentBytes - SEGMENT_END_BYTES;
    }

    LogSettings forLog() {
        return new LogSettings(
                segmentBytes, preallocateBytes, flushDiskType == FlushDiskType.SYNC_FLUSH, flushInterval.toNanos());
    }

    private static void atLeast(String name, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be at least " + least);
        }
    }

    private static void within(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " is " + value + "; it must be at least " + least + " and at most " + most);
        }
    }
}
