package io.reliablemq.broker.store;

import io.reliablemq.broker.store.file.StoreFiles;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the room that is left on the disk. Below the high-water mark's reserve producers are refused, so that what the
 * broker writes for itself (retries, dead letters, what is due) still has room; above it, and a little more, they are let in
 * again.
 *
 * <p>Looked at by {@code rmq-segment-keeper}; read by any thread.
 */
final class DiskSpace {

    private static final Logger LOG = LoggerFactory.getLogger(DiskSpace.class);
    private static final long PERIOD_NANOS = 1_000_000_000L;

    /** Producers are let in again when there is this part of the reserve more than it. */
    private static final int MARGIN = 10;

    private final StoreFiles files;
    private final Path folder;
    private final long reserveBytes;
    private final Clock clock;
    private long nextNanos;
    private volatile long usable;
    private volatile boolean low;

    DiskSpace(StoreFiles files, Path folder, long reserveBytes, Clock clock) throws IOException {
        this.files = files;
        this.folder = folder;
        this.reserveBytes = reserveBytes;
        this.clock = clock;
        this.nextNanos = clock.nanos();
        run();
    }

    /** @return nanoseconds until it wants to look again */
    long run() throws IOException {
        long wait = nextNanos - clock.nanos();
        if (wait > 0) {
            return wait;
        }
        nextNanos = clock.nanos() + PERIOD_NANOS;
        long room = files.space(folder).usable();
        usable = room;
        if (!low && room < reserveBytes) {
            low = true;
            LOG.warn(
                    "Producers are refused: {} bytes are left on the disk of {}, and {} are reserved. Consuming goes on;"
                            + " make room, or shorten the retention",
                    room,
                    folder,
                    reserveBytes);
        } else if (low && room >= reserveBytes + reserveBytes / MARGIN) {
            low = false;
            LOG.info("Producers are let in again: {} bytes are left on the disk of {}", room, folder);
        }
        return PERIOD_NANOS;
    }

    /** Bytes that can still be written, at the last look. */
    long usable() {
        return usable;
    }

    /** Whether the high-water mark is reached. */
    boolean isLow() {
        return low;
    }

    String reason() {
        return usable + " bytes are left on the disk, and " + reserveBytes + " are reserved";
    }
}
