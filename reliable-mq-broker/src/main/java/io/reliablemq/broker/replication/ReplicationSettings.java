package io.reliablemq.broker.replication;

import java.time.Duration;

/**
 * Limits of replication, the same on both sides.
 *
 * @param keepAlive at the latest after so long something is said
 * @param silence a side that was not heard of for so long is taken for gone
 * @param windowBytes most bytes on their way to a replica that it has not confirmed
 * @param chunkBytes most bytes of records in one frame, but for a single record that is larger
 * @param catchUpRate bytes per second at most that a replica gets of what was not written just now; 0 for no limit
 * @param nearBytes a replica that lacks more is not waited for
 * @param reconnect between two attempts of a replica to attach
 */
public record ReplicationSettings(
        Duration keepAlive,
        Duration silence,
        long windowBytes,
        int chunkBytes,
        long catchUpRate,
        long nearBytes,
        Duration reconnect) {

    public static final ReplicationSettings DEFAULT = new ReplicationSettings(
            Duration.ofMillis(500),
            Duration.ofSeconds(2),
            8L << 20,
            256 << 10,
            400L << 20,
            16L << 20,
            Duration.ofMillis(500));

    public ReplicationSettings withCatchUpRate(long bytesPerSecond) {
        return new ReplicationSettings(
                keepAlive, silence, windowBytes, chunkBytes, bytesPerSecond, nearBytes, reconnect);
    }

    public ReplicationSettings withNearBytes(long bytes) {
        return new ReplicationSettings(keepAlive, silence, windowBytes, chunkBytes, catchUpRate, bytes, reconnect);
    }
}
