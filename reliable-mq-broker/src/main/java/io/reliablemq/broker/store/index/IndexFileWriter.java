package io.reliablemq.broker.store.index;

import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.StoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the index file of a segment whose messages are all committed. Used by one thread. */
final class IndexFileWriter {

    private record Row(
            QueueEntries queue,
            byte[] topic,
            long firstOffset,
            @Nullable MemoryRun run,
            int firstEntry) {

        int count() {
            return run == null ? 0 : run.count();
        }
    }

    private final long base;
    private final long next;
    private final long lastTimestamp;
    private final List<Row> rows = new ArrayList<>();
    private int entries;
    private int directoryBytes;

    IndexFileWriter(long base, long next, long lastTimestamp, Collection<QueueEntries> queues) {
        this.base = base;
        this.next = next;
        this.lastTimestamp = lastTimestamp;
        queues.forEach(this::addRow);
    }

    private void addRow(QueueEntries queue) {
        MemoryRun run = queue.inMemory(base);
        long firstOffset = run == null ? queue.endIn(base) : run.firstOffset();
        byte[] topic = queue.topic().getBytes(StandardCharsets.UTF_8);
        Row row = new Row(queue, topic, firstOffset, run, entries);
        rows.add(row);
        entries += row.count();
        directoryBytes += topic.length + IndexLayout.ROW_FIXED_BYTES;
    }

    /** Writes the file and lets the queues read from it instead of from memory. */
    IndexFile write(StoreFiles files, Path path) throws IOException {
        long size = IndexLayout.HEADER_BYTES
                + (long) directoryBytes
                + IndexLayout.blocks(entries) * IndexLayout.BLOCK_BYTES;
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(size));
        putDirectory(out.position(IndexLayout.HEADER_BYTES));
        ByteBuffer directory = out.slice(IndexLayout.HEADER_BYTES, directoryBytes);
        putHeader(out, directory);
        putEntries(out);
        new AtomicFile(files, path).write(out.rewind());
        IndexFile file = IndexFile.open(files, path, base, next);
        if (file == null) {
            throw new IOException("The index file " + path + " cannot be read back");
        }
        for (Row row : rows) {
            if (row.run != null) {
                row.queue.replace(row.run, file.run(row.firstOffset, row.count(), row.firstEntry));
            }
        }
        return file;
    }

    private void putHeader(ByteBuffer out, ByteBuffer directory) {
        out.putInt(0, IndexLayout.MAGIC);
        out.putShort(4, IndexLayout.VERSION);
        out.putLong(IndexLayout.BASE_AT, base);
        out.putLong(IndexLayout.NEXT_AT, next);
        out.putLong(IndexLayout.TIMESTAMP_AT, lastTimestamp);
        out.putInt(IndexLayout.QUEUES_AT, rows.size());
        out.putInt(IndexLayout.DIRECTORY_BYTES_AT, directoryBytes);
        out.putLong(IndexLayout.ENTRIES_AT, entries);
        out.putInt(IndexLayout.CHECKSUM_AT, IndexLayout.headerChecksum(out, directory));
    }

    private void putDirectory(ByteBuffer out) {
        for (Row row : rows) {
            out.putShort((short) row.topic.length).put(row.topic).putInt(row.queue.queueId());
            out.putLong(row.firstOffset).putInt(row.count()).putInt(row.firstEntry);
        }
    }

    private void putEntries(ByteBuffer out) {
        int blockStart = out.position();
        int inBlock = 0;
        for (Row row : rows) {
            MemoryRun run = row.run;
            for (int i = 0; run != null && i < run.count(); i++) {
                if (inBlock == IndexLayout.BLOCK_ENTRIES) {
                    blockStart = endBlock(out, blockStart);
                    inBlock = 0;
                }
                run.put(i, out);
                inBlock++;
            }
        }
        if (inBlock > 0) {
            endBlock(out, blockStart);
        }
    }

    private static int endBlock(ByteBuffer out, int start) {
        out.putInt(start + IndexLayout.BLOCK_CHECKSUM_AT, IndexLayout.blockChecksum(out, start));
        out.position(start + IndexLayout.BLOCK_BYTES);
        return out.position();
    }
}
