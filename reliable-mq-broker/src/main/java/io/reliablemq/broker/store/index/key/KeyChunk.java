package io.reliablemq.broker.store.index.key;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A small hash table of entries in the order in which they were added. One thread adds, any thread reads: an entry is
 * published by the head of its chain, which is written last.
 */
final class KeyChunk {

    /** Links count from 1 and must fit into a {@code char}. */
    static final int MAX_CAPACITY = 1 << 15;

    private static final VarHandle HEADS = MethodHandles.arrayElementVarHandle(char[].class);

    private final int[] hashes;
    private final int[] positions;
    /** For each entry the one before it in its chain, plus 1; 0 for none. */
    private final char[] previous;
    /** For each chain its last entry, plus 1; 0 for none. */
    private final char[] heads;

    private int count;

    /** @param capacity a power of two, up to {@link #MAX_CAPACITY} */
    KeyChunk(int capacity) {
        hashes = new int[capacity];
        positions = new int[capacity];
        previous = new char[capacity];
        heads = new char[capacity];
    }

    int capacity() {
        return hashes.length;
    }

    /** For the thread that adds, or when all was added. */
    int count() {
        return count;
    }

    boolean isFull() {
        return count == hashes.length;
    }

    void add(int hash, int position) {
        int chain = hash & heads.length - 1;
        hashes[count] = hash;
        positions[count] = position;
        previous[count] = heads[chain];
        count++;
        HEADS.setRelease(heads, chain, (char) count);
    }

    /** Collects the positions with this hash code, the latest first. */
    void find(int hash, Positions found) {
        int link = (char) HEADS.getAcquire(heads, hash & heads.length - 1);
        while (link != 0) {
            int entry = link - 1;
            if (hashes[entry] == hash) {
                found.add(positions[entry]);
            }
            link = previous[entry];
        }
    }

    /** Writes all entries, each as one number that sorts by hash code and then by position. */
    void putSortable(long[] target, int from) {
        for (int i = 0; i < count; i++) {
            target[from + i] = (long) hashes[i] << 32 | positions[i] & 0xFFFF_FFFFL;
        }
    }
}
