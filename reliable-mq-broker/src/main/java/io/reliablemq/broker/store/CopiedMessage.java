package io.reliablemq.broker.store;

import io.reliablemq.broker.store.index.IndexedMessage;
import io.reliablemq.broker.store.index.QueueEntries;
import io.reliablemq.broker.store.index.SegmentIndexes;
import io.reliablemq.broker.store.log.RecordReader;
import io.reliablemq.broker.store.log.Segments;

/**
 * A message in the log that nobody here waits for: it was copied from a master, or was found in the log at the start.
 *
 * @param afterDamage whether messages before it may have been lost to damage, so that offsets may be missing
 */
record CopiedMessage(IndexedMessage message, boolean afterDamage) implements Uncommitted {

    @Override
    public long start() {
        return RecordReader.start(message.position());
    }

    @Override
    public long end() {
        return message.position() + message.size();
    }

    @Override
    public QueueEntries entries() {
        return message.queue();
    }

    @Override
    public void addTo(SegmentIndexes indexes, Segments segments) {
        if (afterDamage && message.offset() > message.queue().max()) {
            message.queue().loseTo(message.offset(), message.segmentBase());
        }
        indexes.add(message);
    }
}
