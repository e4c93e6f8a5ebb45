package io.reliablemq.broker.store.index;

import java.io.IOException;

/** The entries of one queue in one segment. Offsets are consecutive. */
interface Run {

    /** What an entry takes: position in the segment, size and tag hash, an int each. */
    int ENTRY_INTS = 3;

    long segmentBase();

    long firstOffset();

    /** Behind the last entry that can be seen. */
    long endOffset();

    /**
     * Visits entries from an offset of this run on.
     *
     * @return false if the visitor had enough
     */
    boolean visit(long from, EntryVisitor visitor) throws IOException;
}
