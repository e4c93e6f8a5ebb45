package io.reliablemq.broker.store.log;

import io.reliablemq.protocol.runtime.Agent;
import java.io.IOException;

/**
 * Reserves disk space ahead of the tail, makes the next segment, and lets the index files of ended segments be written,
 * so that the log writer does not wait for any of that. Runs on {@code rmq-segment-keeper}.
 *
 * <p>If space cannot be reserved it says so once and leaves it to the writer, which stops at the point where it really
 * has no room.
 */
public final class SegmentKeeper implements Agent {

    /** Writes index files of ended segments. */
    @FunctionalInterface
    public interface EndedSegments {

        void index() throws IOException;
    }

    private final LogTail tail;
    private final EndedSegments ended;
    private long stalledAt = -1;

    public SegmentKeeper(LogTail tail, EndedSegments ended) {
        this.tail = tail;
        this.ended = ended;
    }

    @Override
    public String name() {
        return "rmq-segment-keeper";
    }

    @Override
    public long doWork() throws IOException {
        try {
            long segment = tail.segmentBase();
            if (stalledAt != segment && tail.wantsRoom()) {
                // Cleared by success only: an attempt that fails is not repeated in this segment.
                stalledAt = segment;
                tail.makeRoom();
                stalledAt = -1;
            }
        } finally {
            ended.index();
        }
        return UNTIL_SIGNAL;
    }
}
