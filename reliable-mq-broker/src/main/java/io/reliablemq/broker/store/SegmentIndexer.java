package io.reliablemq.broker.store;

import io.reliablemq.broker.store.StoreRecovery.Unindexed;
import io.reliablemq.broker.store.index.SegmentIndex;
import io.reliablemq.broker.store.index.SegmentIndexes;
import io.reliablemq.broker.store.log.Segments;
import io.reliablemq.protocol.runtime.Agent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Writes the index files of ended segments once all their messages are committed; owned by the segment keeper. What is left
 * when the store is closed is found missing at the next start, and done then.
 */
final class SegmentIndexer {

    private final SegmentIndexes indexes;
    private final Segments segments;
    private final CommitPoint commitPoint;
    private final Deque<Unsaved> unsaved = new ArrayDeque<>();
    private long from;

    /** A file that has to be written: each once, since an index lets go of its entries in memory when it is saved. */
    private record Unsaved(long base, long next, SegmentIndex index) {}

    /** @param from base of the segment that is written first */
    SegmentIndexer(
            SegmentIndexes indexes, Segments segments, CommitPoint commitPoint, List<Unindexed> unindexed, long from) {
        this.indexes = indexes;
        this.segments = segments;
        this.commitPoint = commitPoint;
        unindexed.forEach(segment -> add(segment.base(), segment.next(), segment.missing()));
        this.from = from;
    }

    /** @return {@link Agent#UNTIL_SIGNAL} */
    long run() throws IOException {
        segments.forEachEnded(from, (base, next) -> {
            add(base, next, indexes.all());
            from = next;
        });
        while (!unsaved.isEmpty() && unsaved.peek().next() <= commitPoint.committed()) {
            Unsaved file = unsaved.element();
            file.index().save(file.base(), file.next());
            unsaved.remove();
        }
        return Agent.UNTIL_SIGNAL;
    }

    private void add(long base, long next, List<SegmentIndex> missing) {
        missing.forEach(index -> unsaved.add(new Unsaved(base, next, index)));
    }
}
