package io.reliablemq.broker.store.index;

import io.reliablemq.broker.store.file.StoreFile;
import io.reliablemq.broker.store.file.StoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The index file of an ended segment, open for reading. Any thread may read. */
final class IndexFile implements AutoCloseable {

    /** Sees the directory. */
    @FunctionalInterface
    interface RowVisitor {

        void row(String topic, int queueId, long firstOffset, int count, int firstEntry);
    }

    private final Path path;
    private final StoreFile file;
    private final ByteBuffer header;
    private final ByteBuffer directory;

    private IndexFile(Path path, StoreFile file, ByteBuffer header, ByteBuffer directory) {
        this.path = path;
        this.file = file;
        this.header = header;
        this.directory = directory;
    }

    /** @return null if the file is missing, damaged, or not the index of this segment */
    static @Nullable IndexFile open(StoreFiles files, Path path, long base, long next) throws IOException {
        if (!files.exists(path)) {
            return null;
        }
        StoreFile file = files.openToRead(path);
        try {
            IndexFile index = read(path, file, base, next);
            if (index == null) {
                file.close();
            }
            return index;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static @Nullable IndexFile read(Path path, StoreFile file, long base, long next) throws IOException {
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
        long blockBytes = file.size() - IndexLayout.HEADER_BYTES - directoryBytes;
        if (directoryBytes < 0 || entries < 0 || blockBytes != IndexLayout.blocks(entries) * IndexLayout.BLOCK_BYTES) {
            return null;
        }
        ByteBuffer directory = ByteBuffer.allocate(directoryBytes);
        file.read(directory, IndexLayout.HEADER_BYTES);
        directory.flip();
        int checksum = IndexLayout.headerChecksum(header, directory);
        return checksum == header.getInt(IndexLayout.CHECKSUM_AT) ? new IndexFile(path, file, header, directory) : null;
    }

    long base() {
        return header.getLong(IndexLayout.BASE_AT);
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
        ByteBuffer block = ByteBuffer.allocate(IndexLayout.BLOCK_BYTES);
        long at = IndexLayout.HEADER_BYTES + directory.capacity() + number * IndexLayout.BLOCK_BYTES;
        if (file.read(block, at) < IndexLayout.BLOCK_BYTES
                || IndexLayout.blockChecksum(block, 0) != block.getInt(IndexLayout.BLOCK_CHECKSUM_AT)) {
            throw new IOException("The index file " + path + " is damaged in block " + number
                    + ". Stop the broker, delete this file and start again: it is rebuilt from its segment");
        }
        return block;
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
