package io.reliablemq.broker.delivery;

import io.reliablemq.broker.store.index.SegmentContent;
import java.io.IOException;

/** Messages that are parked until they are due. Owned by the thread of their {@link DelaySchedule}. */
interface Waiting {

    /**
     * Hands over what is due.
     *
     * @return nanoseconds until it has something to do again
     */
    long doWork() throws IOException;

    /** No copy that is not covered by the progress yet stands before this position; {@link Long#MAX_VALUE} without one. */
    long oldestOnItsWay();

    /** Whether the segment holds something that waits; may say yes too often, never no. Any thread may ask. */
    boolean waitsIn(SegmentContent segment);

    /** How many messages are not handed over. Any thread may ask. */
    long pending();
}
