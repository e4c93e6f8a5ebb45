package io.reliablemq.broker.store.index.key;

import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.StoreFiles;
import io.reliablemq.broker.store.index.ChecksummedBlocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Writes the key file of a segment whose messages were all added. */
final class KeyFileWriter {

    static void write(StoreFiles files, Path path, long base, long next, MemoryKeys keys) throws IOException {
        long[] entries = keys.sorted();
        ByteBuffer out = ByteBuffer.allocate(
                Math.toIntExact(KeyLayout.blocks(entries.length).fileBytes()));
        putHeader(out, base, next, keys, entries.length);
        for (int from = 0; from < entries.length; from += KeyLayout.BLOCK_ENTRIES) {
            putBlock(out, entries, from);
        }
        new AtomicFile(files, path).write(out.clear());
    }

    private static void putHeader(ByteBuffer out, long base, long next, MemoryKeys keys, int entries) {
        out.putInt(0, KeyLayout.MAGIC);
        out.putShort(4, KeyLayout.VERSION);
        out.putLong(KeyLayout.BASE_AT, base);
        out.putLong(KeyLayout.NEXT_AT, next);
        out.putLong(KeyLayout.FIRST_TIMESTAMP_AT, keys.firstTimestamp());
        out.putLong(KeyLayout.LAST_TIMESTAMP_AT, keys.lastTimestamp());
        out.putInt(KeyLayout.ENTRIES_AT, entries);
        out.putInt(KeyLayout.CHECKSUM_AT, KeyLayout.headerChecksum(out));
    }

    private static void putBlock(ByteBuffer out, long[] entries, int from) {
        int block = from / KeyLayout.BLOCK_ENTRIES;
        int start = KeyLayout.HEADER_BYTES + block * ChecksummedBlocks.BLOCK_BYTES;
        int end = Math.min(from + KeyLayout.BLOCK_ENTRIES, entries.length);
        for (int i = from; i < end; i++) {
            out.putLong(start + (i - from) * KeyLayout.ENTRY_BYTES, entries[i]);
        }
        ChecksummedBlocks.seal(out, start);
    }

    private KeyFileWriter() {}
}
