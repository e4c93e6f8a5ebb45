package io.reliablemq.broker.store;

import io.reliablemq.broker.store.StoreRecovery.Unindexed;
import io.reliablemq.broker.store.index.QueueIndex;
import io.reliablemq.broker.store.log.LogFolder;
import io.reliablemq.broker.store.log.SegmentKeeper;
import io.reliablemq.broker.store.log.Segments;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Writes the index files of ended segments once all their messages are committed; owned by the segment keeper. What is left
 * when the store is closed is found missing at the next start, and done then.
 */
final class SegmentIndexer implements SegmentKeeper.EndedSegments {

    private final LogFolder folder;
    private final QueueIndex index;
    private final Segments segments;
    private final CommitPoint commitPoint;
    private final Clock clock;
    private final Deque<Unindexed> ended = new ArrayDeque<>();
    private long from;

    /** @param from base of the segment that is written first */
    SegmentIndexer(
            LogFolder folder,
            QueueIndex index,
            Segments segments,
            CommitPoint commitPoint,
            Clock clock,
            List<Unindexed> unindexed,
            long from) {
        this.folder = folder;
        this.index = index;
        this.segments = segments;
        this.commitPoint = commitPoint;
        this.clock = clock;
        this.ended.addAll(unindexed);
        this.from = from;
    }

    @Override
    public void index() throws IOException {
        segments.forEachEnded(from, (base, next) -> {
            ended.add(new Unindexed(base, next));
            from = next;
        });
        while (!ended.isEmpty() && ended.peek().next() <= commitPoint.committed()) {
            Unindexed segment = ended.element();
            index.save(folder.index(segment.base()), segment.base(), segment.next(), clock.wallMs());
            ended.remove();
        }
    }
}
