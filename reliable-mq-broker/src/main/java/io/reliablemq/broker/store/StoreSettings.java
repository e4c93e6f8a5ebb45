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
 * @param flushBytes how many written bytes may stay unflushed under {@link FlushDiskType#ASYNC_FLUSH}; past it the log is
 *     flushed without waiting for the interval
 * @param syncFlushTimeout how long an append may wait, from the call to its answer
 * @param segmentBytes size of a log segment; a message, or a batch of messages, must fit into one
 * @param maxPendingAppends most appends that may be waiting for their answer; more are answered as busy
 * @param maxPendingBytes most bytes that these may hold, encoded
 * @param preallocateBytes how far ahead of its tail the log reserves disk space; a segment that holds more has a next one,
 *     which is reserved as this one fills
 * @param recovery what the start does about damage
 * @param retention how long messages are kept
 * @param replication which part the log has in replication
 */
public record StoreSettings(
        Path folder,
        FlushDiskType flushDiskType,
        Duration flushInterval,
        long flushBytes,
        Duration syncFlushTimeout,
        long segmentBytes,
        int maxPendingAppends,
        long maxPendingBytes,
        long preallocateBytes,
        Recovery recovery,
        Retention retention,
        Replication replication) {

    public static final long DEFAULT_FLUSH_BYTES = 4L << 20;
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
        within("flushBytes", flushBytes, 1, Long.MAX_VALUE);
        atLeast("syncFlushTimeout", syncFlushTimeout, Duration.ofMillis(1));
        within("segmentBytes", segmentBytes, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES);
        within("maxPendingAppends", maxPendingAppends, 1, Integer.MAX_VALUE);
        within("maxPendingBytes", maxPendingBytes, 1, Long.MAX_VALUE);
        within("preallocateBytes", preallocateBytes, 0, MAX_SEGMENT_BYTES);
    }

    /**
     * What the start does about damage.
     *
     * @param verifyAll whether every record of the log is read, and not only those behind the last indexed segment
     * @param salvage whether damaged ranges are set aside, instead of the start being refused; implies the former
     */
    public record Recovery(boolean verifyAll, boolean salvage) {

        public static final Recovery DEFAULT = new Recovery(false, false);
    }

    /**
     * How long messages are kept, and what else the store does with its disk in the background.
     *
     * @param age whole segments are deleted once their last message is older, by time that has passed while a store was open
     *     and not by the wall clock alone; zero keeps them for ever
     * @param maxBytes the oldest segments are deleted while the log takes more; zero for no limit
     * @param reserveBytes producers are refused while the disk has less room than this; zero uses the disk up
     * @param scrubBytesPerSecond how fast ended segments are read again to find what the disk has damaged; zero for never
     * @param scrubInterval between the starts of two such rounds
     */
    public record Retention(
            Duration age, long maxBytes, long reserveBytes, long scrubBytesPerSecond, Duration scrubInterval) {

        public static final Retention DEFAULT =
                new Retention(Duration.ofHours(72), 0, 1L << 30, 8L << 20, Duration.ofDays(1));

        public Retention {
            within("maxBytes", maxBytes, 0, Long.MAX_VALUE);
            within("reserveBytes", reserveBytes, 0, Long.MAX_VALUE);
            within("scrubBytesPerSecond", scrubBytesPerSecond, 0, Long.MAX_VALUE);
            atLeast("age", age, Duration.ZERO);
            atLeast("scrubInterval", scrubInterval, Duration.ofSeconds(1));
        }

        public Retention withAge(Duration newAge) {
            return new Retention(newAge, maxBytes, reserveBytes, scrubBytesPerSecond, scrubInterval);
        }

        public Retention withMaxBytes(long bytes) {
            return new Retention(age, bytes, reserveBytes, scrubBytesPerSecond, scrubInterval);
        }

        public Retention withReserveBytes(long bytes) {
            return new Retention(age, maxBytes, bytes, scrubBytesPerSecond, scrubInterval);
        }

        public Retention withScrub(long bytesPerSecond, Duration interval) {
            return new Retention(age, maxBytes, reserveBytes, bytesPerSecond, interval);
        }
    }

    /** Which part a log has in replication. */
    public enum Part {
        /** Its owner writes it, and answers without waiting for copies. */
        MASTER,
        /** Its owner writes it, and answers once enough replicas have what is answered. */
        IN_SYNC_MASTER,
        /** It is copied from a master, and takes no messages of its own. */
        COPY
    }

    /**
     * How the log has a part in replication.
     *
     * @param inSyncReplicas under {@link Part#IN_SYNC_MASTER}, how many must have a message flushed before it is answered,
     *     this log counted
     * @param syncSlaveTimeout how long an append may wait for that, from the call to its answer
     * @param unreplicatedReads whether messages can be read before that
     * @param maxUnreplicated most messages that may be kept although not enough replicas have them; more are refused
     */
    public record Replication(
            Part part, int inSyncReplicas, Duration syncSlaveTimeout, boolean unreplicatedReads, int maxUnreplicated) {

        public static final int DEFAULT_MAX_UNREPLICATED = 200_000;

        /** No replica is waited for. */
        public static final Replication LOCAL =
                new Replication(Part.MASTER, 1, Duration.ofSeconds(3), false, DEFAULT_MAX_UNREPLICATED);

        /** Copies another log. */
        public static final Replication COPY =
                new Replication(Part.COPY, 1, Duration.ofSeconds(3), false, DEFAULT_MAX_UNREPLICATED);

        public Replication {
            within("inSyncReplicas", inSyncReplicas, 1, Integer.MAX_VALUE);
            atLeast("syncSlaveTimeout", syncSlaveTimeout, Duration.ofMillis(1));
            within("maxUnreplicated", maxUnreplicated, 1, Integer.MAX_VALUE);
        }

        /** Waits until so many have a message flushed, this log counted. */
        public static Replication inSync(int replicas, Duration timeout, boolean unreplicatedReads) {
            return new Replication(Part.IN_SYNC_MASTER, replicas, timeout, unreplicatedReads, DEFAULT_MAX_UNREPLICATED);
        }

        /** Whether messages can be appended. */
        boolean takesMessages() {
            return !isCopy();
        }

        boolean isCopy() {
            return part == Part.COPY;
        }

        /** Whether what is flushed here may still have to wait for somebody else. */
        boolean awaitsOthers() {
            return isCopy() || part == Part.IN_SYNC_MASTER && inSyncReplicas > 1;
        }
    }

    /** The defaults: {@code SYNC_FLUSH}, a flush interval of 10 ms, a bound of 5 s. */
    public static StoreSettings in(Path folder) {
        return new StoreSettings(
                folder,
                FlushDiskType.SYNC_FLUSH,
                Duration.ofMillis(10),
                DEFAULT_FLUSH_BYTES,
                Duration.ofSeconds(5),
                DEFAULT_SEGMENT_BYTES,
                DEFAULT_MAX_PENDING_APPENDS,
                DEFAULT_MAX_PENDING_BYTES,
                DEFAULT_PREALLOCATE_BYTES,
                Recovery.DEFAULT,
                Retention.DEFAULT,
                Replication.LOCAL);
    }

    public StoreSettings withFlushDiskType(FlushDiskType type) {
        return new StoreSettings(
                folder,
                type,
                flushInterval,
                flushBytes,
                syncFlushTimeout,
                segmentBytes,
                maxPendingAppends,
                maxPendingBytes,
                preallocateBytes,
                recovery,
                retention,
                replication);
    }

    public StoreSettings withFlushInterval(Duration interval) {
        return new StoreSettings(
                folder,
                flushDiskType,
                interval,
                flushBytes,
                syncFlushTimeout,
                segmentBytes,
                maxPendingAppends,
                maxPendingBytes,
                preallocateBytes,
                recovery,
                retention,
                replication);
    }

    public StoreSettings withFlushBytes(long bytes) {
        return new StoreSettings(
                folder,
                flushDiskType,
                flushInterval,
                bytes,
                syncFlushTimeout,
                segmentBytes,
                maxPendingAppends,
                maxPendingBytes,
                preallocateBytes,
                recovery,
                retention,
                replication);
    }

    public StoreSettings withSyncFlushTimeout(Duration timeout) {
        return new StoreSettings(
                folder,
                flushDiskType,
                flushInterval,
                flushBytes,
                timeout,
                segmentBytes,
                maxPendingAppends,
                maxPendingBytes,
                preallocateBytes,
                recovery,
                retention,
                replication);
    }

    public StoreSettings withSegmentBytes(long bytes) {
        return new StoreSettings(
                folder,
                flushDiskType,
                flushInterval,
                flushBytes,
                syncFlushTimeout,
                bytes,
                maxPendingAppends,
                maxPendingBytes,
                preallocateBytes,
                recovery,
                retention,
                replication);
    }

    public StoreSettings withMaxPending(int appends, long bytes) {
        return new StoreSettings(
                folder,
                flushDiskType,
                flushInterval,
                flushBytes,
                syncFlushTimeout,
                segmentBytes,
                appends,
                bytes,
                preallocateBytes,
                recovery,
                retention,
                replication);
    }

    public StoreSettings withPreallocateBytes(long bytes) {
        return new StoreSettings(
                folder,
                flushDiskType,
                flushInterval,
                flushBytes,
                syncFlushTimeout,
                segmentBytes,
                maxPendingAppends,
                maxPendingBytes,
                bytes,
                recovery,
                retention,
                replication);
    }

    public StoreSettings withRecovery(Recovery changed) {
        return new StoreSettings(
                folder,
                flushDiskType,
                flushInterval,
                flushBytes,
                syncFlushTimeout,
                segmentBytes,
                maxPendingAppends,
                maxPendingBytes,
                preallocateBytes,
                changed,
                retention,
                replication);
    }

    public StoreSettings withRetention(Retention changed) {
        return new StoreSettings(
                folder,
                flushDiskType,
                flushInterval,
                flushBytes,
                syncFlushTimeout,
                segmentBytes,
                maxPendingAppends,
                maxPendingBytes,
                preallocateBytes,
                recovery,
                changed,
                replication);
    }

    public StoreSettings withReplication(Replication changed) {
        return new StoreSettings(
                folder,
                flushDiskType,
                flushInterval,
                flushBytes,
                syncFlushTimeout,
                segmentBytes,
                maxPendingAppends,
                maxPendingBytes,
                preallocateBytes,
                recovery,
                retention,
                changed);
    }

    /** Most bytes that the records of one append may take, envelopes included. */
    long maxRecordBytes() {
        return segmentBytes - SEGMENT_END_BYTES;
    }

    /** The shortest time after which a waiting append may have to be answered. */
    Duration shortestWait() {
        Duration replicas = replication.syncSlaveTimeout();
        return replication.awaitsOthers() && replicas.compareTo(syncFlushTimeout) < 0 ? replicas : syncFlushTimeout;
    }

    LogSettings forLog() {
        return new LogSettings(
                segmentBytes,
                preallocateBytes,
                flushDiskType == FlushDiskType.SYNC_FLUSH,
                flushInterval.toNanos(),
                flushBytes,
                recovery.verifyAll(),
                recovery.salvage(),
                replication.isCopy());
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
