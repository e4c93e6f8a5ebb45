package io.reliablemq.broker.store.log;

import java.io.IOException;
import java.util.List;

/**
 * Takes ended segments out of the log. A crash at any step leaves either the segment, or the note that it was deleted on
 * purpose, which the next start then finishes. Owned by the segment keeper.
 */
public final class SegmentRemoval {

    private final LogFolder folder;
    private final Segments segments;
    private volatile LogGaps gaps;

    public SegmentRemoval(LogFolder folder, Segments segments, LogGaps gaps) {
        this.folder = folder;
        this.segments = segments;
        this.gaps = gaps;
    }

    /** What the log no longer holds. Any thread may ask. */
    public LogGaps gaps() {
        return gaps;
    }

    /**
     * Deletes a segment and the files beside it.
     *
     * @param nextOffsets the next offsets at its end of the queues that it holds messages of
     * @param forget called once no new read finds the segment, before its files are deleted
     */
    public void remove(long base, long next, List<LogGaps.NextOffset> nextOffsets, Step forget) throws IOException {
        LogGaps more = gaps.withDeleted(new LogGaps.Gap(base, next, nextOffsets));
        folder.writeGaps(more);
        gaps = more;
        segments.remove(base);
        forget.run();
        folder.deleteSegment(base);
    }

    /** What is done in between. */
    @FunctionalInterface
    public interface Step {

        void run() throws IOException;
    }
}
