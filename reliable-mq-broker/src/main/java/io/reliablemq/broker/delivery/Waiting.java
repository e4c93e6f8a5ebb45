package io.reliablemq.broker.delivery;

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

    /**
     * Nothing that waits stands before this position of the log; {@link Long#MAX_VALUE} if nothing waits. Any thread may
     * ask.
     */
    long oldestPendingPosition();
}
