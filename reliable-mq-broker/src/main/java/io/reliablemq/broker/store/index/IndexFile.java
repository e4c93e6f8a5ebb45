package io.reliablemq.broker.store.index;

import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.StoreFile;
import io.reliablemq.broker.store.file.StoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The index file of an ended segment, open for reading. Header and directory are held in memory. Any thread may read; one
 * thread may write the file anew meanwhile.
 */
final class IndexFile implements AutoCloseable {

    /** Sees the directory. */
    @FunctionalInterface
    interface RowVisitor {

        void row(String topic, int queueId, long firstOffset, int count, int firstEntry);
    }

    private final StoreFiles files;
    private final Path path;
    private final ByteBuffer header;
    private final ByteBuffer directory;
    private final ChecksummedBlocks blocks;
    private final Function<String, IOException> damage;
    private volatile StoreFile file;

    private IndexFile(
            StoreFiles files,
            Path path,
            StoreFile file,
            ByteBuffer header,
            ByteBuffer directory,
            Function<String, IOException> damage) {
        this.files = files;
        this.path = path;
        this.file = file;
        this.header = header;
        this.directory = directory;
        this.blocks = IndexLayout.blocks(header.getLong(IndexLayout.ENTRIES_AT), directory.capacity());
        this.damage = damage;
    }

    /**
     * Reads header and directory.
     *
     * @param damage takes note of damage that is found later, and says how to tell the reader
     * @return null if the file is missing, damaged, unreadable, or not the index of this segment
     */
    static @Nullable IndexFile open(
            StoreFiles files, Path path, long base, long next, Function<String, IOException> damage)
            throws IOException {
        if (!files.exists(path)) {
            return null;
        }
        StoreFile file = files.openToRead(path);
        try {
            ByteBuffer head = ChecksummedBlocks.head(path, () -> soundHead(file, base, next));
            if (head == null) {
                file.close();
                return null;
            }
            ByteBuffer header = head.slice(0, IndexLayout.HEADER_BYTES);
            ByteBuffer directory = head.slice(IndexLayout.HEADER_BYTES, head.capacity() - IndexLayout.HEADER_BYTES);
            return new IndexFile(files, path, file, header, directory, damage);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Header and directory, if they and the size of the file are right. */
    private static @Nullable ByteBuffer soundHead(StoreFile file, long base, long next) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(IndexLayout.HEADER_BYTES);
        if (file.read(header, 0) < IndexLayout.HEADER_BYTES
                || header.getInt(0) != IndexLayout.MAGIC
                || header.getShort(4) != IndexLayout.VERSION
                || header.getLong(IndexLayout.BASE_AT) != base
                || header.getLong(IndexLayout.NEXT_AT) != next) {
            return null;
        }
        int directoryBytes = header.getInt(IndexLayout.DIRECTORY_BYTES_AT);
        long entries = header.getLong(IndexLayout.ENTRIES_AT);
        if (directoryBytes < 0
                || entries < 0
                || file.size() != IndexLayout.blocks(entries, directoryBytes).fileBytes()) {
            return null;
        }
        ByteBuffer head = ByteBuffer.allocate(Math.addExact(IndexLayout.HEADER_BYTES, directoryBytes));
        file.read(head, 0);
        ByteBuffer directory = head.slice(IndexLayout.HEADER_BYTES, directoryBytes);
        return IndexLayout.headerChecksum(head, directory) == header.getInt(IndexLayout.CHECKSUM_AT) ? head : null;
    }

    long base() {
        return header.getLong(IndexLayout.BASE_AT);
    }

    private long next() {
        return header.getLong(IndexLayout.NEXT_AT);
    }

    long lastTimestamp() {
        return header.getLong(IndexLayout.TIMESTAMP_AT);
    }

    void rows(RowVisitor visitor) {
        ByteBuffer in = directory.duplicate();
        int queues = header.getInt(IndexLayout.QUEUES_AT);
        for (int i = 0; i < queues; i++) {
            byte[] topic = new byte[in.getShort()];
            in.get(topic);
            visitor.row(new String(topic, StandardCharsets.UTF_8), in.getInt(), in.getLong(), in.getInt(), in.getInt());
        }
    }

    Run run(long firstOffset, int count, int firstEntry) {
        return new FileRun(firstOffset, count, firstEntry);
    }

    private ByteBuffer block(long number) throws IOException {
        StoreFile seen = file;
        ByteBuffer block = ByteBuffer.allocate(ChecksummedBlocks.BLOCK_BYTES);
        String fault;
        try {
            fault = blocks.read(seen, number, block);
        } catch (ClosedChannelException e) {
            if (seen == file) {
                throw e;
            }
            fault = "closed";
        }
        if (fault == null) {
            return block;
        }
        if (seen != file) {
            // Written anew meanwhile.
            return block(number);
        }
        throw damage.apply(fault);
    }

    /** Reads all of the file, as it stands on the disk now; damage is noted. */
    boolean isWhole() throws IOException {
        return blocks.areWholeIn(
                files, path, "header or directory", onDisk -> soundHead(onDisk, base(), next()) != null, damage);
    }

    /**
     * Writes the file anew, with the header and directory that were read when it was sound; readers go on with it.
     *
     * @param entries those of each queue, or null for none
     * @throws IndexMismatchException if the directory says otherwise
     */
    void rewrite(BiFunction<String, Integer, @Nullable MemoryRun> entries) throws IOException {
        IndexContent content = new IndexContent(header, directory);
        rows((topic, queueId, firstOffset, count, firstEntry) -> {
            MemoryRun run = entries.apply(topic, queueId);
            if (count != (run == null ? 0 : run.count()) || run != null && run.firstOffset() != firstOffset) {
                throw new IndexMismatchException("Queue " + queueId + " of topic " + topic + " has " + count
                        + " messages from offset " + firstOffset + " in " + path + ", but others in its segment");
            }
            if (run != null) {
                content.add(run);
            }
        });
        new AtomicFile(files, path).write(content.finish());
        StoreFile old = file;
        file = files.openToRead(path);
        old.close();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private final class FileRun implements Run {

        private final long firstOffset;
        private final int count;
        private final int firstEntry;

        FileRun(long firstOffset, int count, int firstEntry) {
            this.firstOffset = firstOffset;
            this.count = count;
            this.firstEntry = firstEntry;
        }

        @Override
        public long segmentBase() {
            return base();
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
        public boolean visit(long from, EntryVisitor visitor) throws IOException {
            long entry = firstEntry + (from - firstOffset);
            long offset = from;
            ByteBuffer block = null;
            for (; offset < endOffset(); offset++, entry++) {
                int inBlock = (int) (entry % IndexLayout.BLOCK_ENTRIES);
                if (block == null || inBlock == 0) {
                    block = block(entry / IndexLayout.BLOCK_ENTRIES);
                }
                int at = inBlock * IndexLayout.ENTRY_BYTES;
                long position = base() + block.getInt(at);
                if (!visitor.entry(offset, position, block.getInt(at + 4), block.getInt(at + 8))) {
                    return false;
                }
            }
            return true;
        }
    }
}
