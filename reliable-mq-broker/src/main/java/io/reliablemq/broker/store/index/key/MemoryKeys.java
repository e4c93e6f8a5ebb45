package io.reliablemq.broker.store.index.key;

import io.reliablemq.broker.store.index.IndexedMessage;
import java.util.Arrays;

/**
 * The entries of a segment that has no key file yet: chunks that grow up to a bound, so that no table is ever copied. An
 * entry takes 12 bytes. One thread adds, any thread reads.
 */
final class MemoryKeys implements SegmentKeys {

    private static final int FIRST_CAPACITY = 256;

    private volatile KeyChunk[] chunks = {};
    private volatile long firstTimestamp;
    private volatile long lastTimestamp = -1;

    void add(IndexedMessage message) {
        for (int hash : message.marks().keyHashes()) {
            roomy().add(hash, message.positionInSegment());
        }
        if (lastTimestamp < 0) {
            firstTimestamp = message.storeTimestamp();
        }
        lastTimestamp = message.storeTimestamp();
    }

    private KeyChunk roomy() {
        KeyChunk[] all = chunks;
        if (all.length > 0 && !all[all.length - 1].isFull()) {
            return all[all.length - 1];
        }
        int capacity =
                all.length == 0 ? FIRST_CAPACITY : Math.min(all[all.length - 1].capacity() * 2, KeyChunk.MAX_CAPACITY);
        KeyChunk[] grown = Arrays.copyOf(all, all.length + 1);
        KeyChunk chunk = new KeyChunk(capacity);
        grown[all.length] = chunk;
        chunks = grown;
        return chunk;
    }

    @Override
    public long firstTimestamp() {
        return firstTimestamp;
    }

    @Override
    public long lastTimestamp() {
        return lastTimestamp;
    }

    @Override
    public int[] find(int hash) {
        Positions latestFirst = new Positions();
        KeyChunk[] all = chunks;
        for (int i = all.length - 1; i >= 0; i--) {
            all[i].find(hash, latestFirst);
        }
        return latestFirst.reversed();
    }

    /** All entries when all were added, sorted as in a key file, equal ones once. */
    long[] sorted() {
        KeyChunk[] all = chunks;
        int size = Arrays.stream(all).mapToInt(KeyChunk::count).sum();
        long[] entries = new long[size];
        int at = 0;
        for (KeyChunk chunk : all) {
            chunk.putSortable(entries, at);
            at += chunk.count();
        }
        Arrays.sort(entries);
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (kept == 0 || entries[kept - 1] != entries[i]) {
                entries[kept++] = entries[i];
            }
        }
        return kept == size ? entries : Arrays.copyOf(entries, kept);
    }
}
