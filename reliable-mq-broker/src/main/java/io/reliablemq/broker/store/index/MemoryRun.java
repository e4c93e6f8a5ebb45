package io.reliablemq.broker.store.index;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The entries of one queue in a segment that has no index file yet. One thread adds, any thread reads: what stands before
 * {@code count} never changes, and an array is replaced by a longer copy before the count that needs it is published.
 */
final class MemoryRun implements Run {

    private static final int FIRST_CAPACITY = 4;

    private final long segmentBase;
    private final long firstOffset;
    private int[] entries = new int[FIRST_CAPACITY * ENTRY_INTS];
    private volatile int count;

    MemoryRun(long segmentBase, long firstOffset) {
        this.segmentBase = segmentBase;
        this.firstOffset = firstOffset;
    }

    void add(IndexedMessage message) {
        add(message.positionInSegment(), message.size(), message.marks().tagHash());
    }

    /** An entry that leads nowhere. */
    void addLost() {
        add(0, EntryVisitor.LOST_SIZE, 0);
    }

    private void add(int positionInSegment, int size, int tagHash) {
        int at = count * ENTRY_INTS;
        if (at == entries.length) {
            entries = Arrays.copyOf(entries, entries.length * 2);
        }
        entries[at] = positionInSegment;
        entries[at + 1] = size;
        entries[at + 2] = tagHash;
        count++;
    }

    int count() {
        return count;
    }

    @Override
    public long segmentBase() {
        return segmentBase;
    }

    @Override
    public long firstOffset() {
        return firstOffset;
    }

    @Override
    public long endOffset() {
        return firstOffset + count;
    }

    @Override
    public boolean visit(long from, EntryVisitor visitor) {
        int seen = count;
        int[] view = entries;
        for (int i = (int) (from - firstOffset); i < seen; i++) {
            int at = i * ENTRY_INTS;
            if (!visitor.entry(firstOffset + i, segmentBase + view[at], view[at + 1], view[at + 2])) {
                return false;
            }
        }
        return true;
    }

    /** Writes one entry in the form of the index file. */
    void put(int i, ByteBuffer target) {
        int at = i * ENTRY_INTS;
        target.putInt(entries[at]).putInt(entries[at + 1]).putInt(entries[at + 2]);
    }
}
