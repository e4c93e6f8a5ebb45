package io.reliablemq.broker.store.index;

import java.io.IOException;

/** One file of an index that is being made again, from all messages of its segment. Used by one thread. */
public interface SegmentRebuild {

    /** Adds the next message of the segment. */
    void add(IndexedMessage message);

    /**
     * Writes the file, and lets readers use it.
     *
     * @throws IndexMismatchException if these are not the messages that the index knows of
     */
    void finish() throws IOException;
}
