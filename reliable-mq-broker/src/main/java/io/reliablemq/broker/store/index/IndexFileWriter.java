package io.reliablemq.broker.store.index;

import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.StoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** Writes the index file of a segment whose messages are all committed. Used by one thread. */
final class IndexFileWriter {

    private record Row(QueueEntries queue, byte[] topic, MemoryRun run, int firstEntry) {}

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
        queues.stream()
                .sorted(Comparator.comparing(QueueEntries::topic).thenComparingInt(QueueEntries::queueId))
                .forEach(this::addRow);
    }

    private void addRow(QueueEntries queue) {
        MemoryRun run = queue.inMemory(base);
        if (run == null) {
            return;
        }
        byte[] topic = queue.topic().getBytes(StandardCharsets.UTF_8);
        rows.add(new Row(queue, topic, run, entries));
        entries += run.count();
        directoryBytes += topic.length + IndexLayout.ROW_FIXED_BYTES;
    }

    /** Writes the file and lets the queues read from it instead of from memory. */
    IndexFile write(StoreFiles files, Path path, Function<String, IOException> damage) throws IOException {
        ByteBuffer directory = ByteBuffer.allocate(directoryBytes);
        putDirectory(directory);
        ByteBuffer header = header(directory.flip());
        IndexContent content = new IndexContent(header, directory);
        for (Row row : rows) {
            content.add(row.run);
        }
        new AtomicFile(files, path).write(content.finish());
        IndexFile file = IndexFile.open(files, path, base, next, damage);
        if (file == null) {
            throw new IOException("The index file " + path + " cannot be read back");
        }
        for (Row row : rows) {
            row.queue.replace(row.run, file.run(row.run.firstOffset(), row.run.count(), row.firstEntry));
        }
        return file;
    }

    private ByteBuffer header(ByteBuffer directory) {
        ByteBuffer header = ByteBuffer.allocate(IndexLayout.HEADER_BYTES);
        header.putInt(0, IndexLayout.MAGIC);
        header.putShort(4, IndexLayout.VERSION);
        header.putLong(IndexLayout.BASE_AT, base);
        header.putLong(IndexLayout.NEXT_AT, next);
        header.putLong(IndexLayout.TIMESTAMP_AT, lastTimestamp);
        header.putInt(IndexLayout.QUEUES_AT, rows.size());
        header.putInt(IndexLayout.DIRECTORY_BYTES_AT, directoryBytes);
        header.putLong(IndexLayout.ENTRIES_AT, entries);
        header.putInt(IndexLayout.CHECKSUM_AT, IndexLayout.headerChecksum(header, directory));
        return header;
    }

    private void putDirectory(ByteBuffer out) {
        for (Row row : rows) {
            out.putShort((short) row.topic.length).put(row.topic).putInt(row.queue.queueId());
            out.putLong(row.run.firstOffset()).putInt(row.run.count()).putInt(row.firstEntry);
        }
    }
}
