package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.file.DiskFullException;
import io.reliablemq.protocol.runtime.Agent;
import java.io.IOException;

/**
 * Reserves disk space ahead of the tail, makes the next segment, and does what else is done with segments in the
 * background, so that the log writer does not wait for any of that. Runs on {@code rmq-segment-keeper}.
 *
 * <p>If space cannot be reserved it says so once and leaves it to the writer, which stops at the point where it really
 * has no room.
 */
public final class SegmentKeeper implements Agent {

    /** What else is done with segments in the background. */
    @FunctionalInterface
    public interface Chores {

        /** @return nanoseconds until there is something to do again */
        long run() throws IOException;
    }

    private final LogTail tail;
    private final Chores chores;
    private long stalledAt = -1;

    public SegmentKeeper(LogTail tail, Chores chores) {
        this.tail = tail;
        this.chores = chores;
    }

    @Override
    public String name() {
        return "rmq-segment-keeper";
    }

    @Override
    public long doWork() throws IOException {
        try {
            makeRoom();
        } catch (IOException | RuntimeException | Error e) {
            runChoresBeside(e);
            throw e;
        }
        return chores.run();
    }

    private void makeRoom() throws IOException {
        long segment = tail.segmentBase();
        if (stalledAt == segment || !tail.wantsRoom()) {
            return;
        }
        // Cleared by success only: an attempt that fails is not repeated in this segment.
        stalledAt = segment;
        try {
            tail.makeRoom();
            stalledAt = -1;
        } catch (DiskFullException e) {
            // The writer will meet the same, and refuse what has no room.
            stalledAt = -1;
        }
    }

    /** They do not wait for room; should they fail too, that is told with the failure that came first. */
    private void runChoresBeside(Throwable failure) {
        try {
            chores.run();
        } catch (IOException | RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }
}
