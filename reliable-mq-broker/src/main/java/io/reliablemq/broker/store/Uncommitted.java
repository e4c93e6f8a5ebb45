package io.reliablemq.broker.store;

import io.reliablemq.broker.store.index.QueueEntries;
import io.reliablemq.broker.store.index.SegmentIndexes;
import io.reliablemq.broker.store.log.Segments;
import org.jspecify.annotations.Nullable;

/** Something in the log that waits to be committed. Belongs to the commit point. */
interface Uncommitted {

    /** Where its first record starts. */
    long start();

    /** Behind its last byte in the log. */
    long end();

    /** Lets readers find it. */
    void addTo(SegmentIndexes indexes, Segments segments);

    /** The queue that readers of which may wait for it; null if it is not a message. */
    @Nullable
    QueueEntries entries();
}
