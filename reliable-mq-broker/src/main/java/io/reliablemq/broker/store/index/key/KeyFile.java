package io.reliablemq.broker.store.index.key;

import io.reliablemq.broker.store.file.StoreFile;
import io.reliablemq.broker.store.file.StoreFiles;
import io.reliablemq.broker.store.index.ChecksummedBlocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The key file of an ended segment. It is opened for each look-up, so that a long log takes no handles. Immutable.
 */
final class KeyFile implements SegmentKeys {

    private final StoreFiles files;
    private final Path path;
    private final long base;
    private final long next;
    private final long firstTimestamp;
    private final long lastTimestamp;
    private final int entries;
    private final ChecksummedBlocks blocks;
    private final Function<String, IOException> damage;

    private KeyFile(
            StoreFiles files,
            Path path,
            long base,
            long next,
            ByteBuffer header,
            Function<String, IOException> damage) {
        this.files = files;
        this.path = path;
        this.base = base;
        this.next = next;
        this.firstTimestamp = header.getLong(KeyLayout.FIRST_TIMESTAMP_AT);
        this.lastTimestamp = header.getLong(KeyLayout.LAST_TIMESTAMP_AT);
        this.entries = header.getInt(KeyLayout.ENTRIES_AT);
        this.blocks = KeyLayout.blocks(entries);
        this.damage = damage;
    }

    /**
     * Reads the header.
     *
     * @param damage takes note of damage that is found later, and says how to tell the reader
     * @return null if the file is missing, its header damaged, unreadable, or not the one of this segment
     */
    static @Nullable KeyFile open(
            StoreFiles files, Path path, long base, long next, Function<String, IOException> damage)
            throws IOException {
        if (!files.exists(path)) {
            return null;
        }
        try (StoreFile file = files.openToRead(path)) {
            ByteBuffer header = ChecksummedBlocks.head(path, () -> soundHeader(file, base, next));
            return header == null ? null : new KeyFile(files, path, base, next, header, damage);
        }
    }

    private static @Nullable ByteBuffer soundHeader(StoreFile file, long base, long next) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(KeyLayout.HEADER_BYTES);
        boolean sound = file.read(header, 0) == KeyLayout.HEADER_BYTES
                && header.getInt(0) == KeyLayout.MAGIC
                && header.getShort(4) == KeyLayout.VERSION
                && header.getLong(KeyLayout.BASE_AT) == base
                && header.getLong(KeyLayout.NEXT_AT) == next
                && header.getInt(KeyLayout.CHECKSUM_AT) == KeyLayout.headerChecksum(header)
                && header.getInt(KeyLayout.ENTRIES_AT) >= 0
                && file.size()
                        == KeyLayout.blocks(header.getInt(KeyLayout.ENTRIES_AT)).fileBytes();
        return sound ? header : null;
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
    public int[] find(int hash) throws IOException {
        try (StoreFile file = open()) {
            Positions found = new Positions();
            for (int number = startOf(file, hash); number < blockCount(); number++) {
                if (!collect(block(file, number), number, hash, found)) {
                    break;
                }
            }
            return found.inOrder();
        }
    }

    /** The last block that starts before the first entry with this hash code. */
    private int startOf(StoreFile file, int hash) throws IOException {
        int low = 0;
        int high = Math.max(0, blockCount() - 1);
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (block(file, middle).getInt(0) < hash) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Takes the positions with this hash code; false if there can be none in the following blocks. */
    private boolean collect(ByteBuffer block, int number, int hash, Positions found) {
        int count = Math.min(KeyLayout.BLOCK_ENTRIES, entries - number * KeyLayout.BLOCK_ENTRIES);
        for (int i = 0; i < count; i++) {
            int at = i * KeyLayout.ENTRY_BYTES;
            int entryHash = block.getInt(at);
            if (entryHash > hash) {
                return false;
            }
            if (entryHash == hash) {
                found.add(block.getInt(at + 4));
            }
        }
        return true;
    }

    /** Reads all of the file, as it stands on the disk now; damage is noted. */
    boolean isWhole() throws IOException {
        return blocks.areWholeIn(files, path, "header", onDisk -> soundHeader(onDisk, base, next) != null, damage);
    }

    private StoreFile open() throws IOException {
        if (!files.exists(path)) {
            throw damage.apply("missing");
        }
        return files.openToRead(path);
    }

    private int blockCount() {
        return (int) blocks.count();
    }

    private ByteBuffer block(StoreFile file, int number) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(ChecksummedBlocks.BLOCK_BYTES);
        String fault = blocks.read(file, number, block);
        if (fault != null) {
            throw damage.apply(fault);
        }
        return block;
    }
}
