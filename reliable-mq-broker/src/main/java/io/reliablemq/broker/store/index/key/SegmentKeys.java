package io.reliablemq.broker.store.index.key;

import java.io.IOException;

/** The entries of one segment. Any thread may read. */
interface SegmentKeys {

    int[] NONE = {};

    /** Store timestamp of the segment's first message. */
    long firstTimestamp();

    /** Store timestamp of the segment's last message; before the first one's if there is no message. */
    long lastTimestamp();

    /** Positions in the segment of the messages with this hash code, each once, ascending. */
    int[] find(int hash) throws IOException;
}
