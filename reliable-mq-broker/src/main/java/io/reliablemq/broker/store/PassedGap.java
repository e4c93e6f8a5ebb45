package io.reliablemq.broker.store;

import io.reliablemq.broker.store.index.QueueEntries;
import io.reliablemq.broker.store.index.QueueIndex;
import io.reliablemq.broker.store.index.SegmentIndexes;
import io.reliablemq.broker.store.log.LogGaps;
import io.reliablemq.broker.store.log.Segments;
import org.jspecify.annotations.Nullable;

/** A place in a copied log where the master has deleted segments. */
record PassedGap(LogGaps.Gap gap, QueueIndex queues) implements Uncommitted {

    @Override
    public long start() {
        return gap.from();
    }

    @Override
    public long end() {
        return gap.to();
    }

    @Override
    public @Nullable QueueEntries entries() {
        return null;
    }

    @Override
    public void addTo(SegmentIndexes indexes, Segments segments) {
        for (LogGaps.NextOffset next : gap.nextOffsets()) {
            queues.queue(next.topic(), next.queueId()).skipTo(next.offset());
        }
    }
}
