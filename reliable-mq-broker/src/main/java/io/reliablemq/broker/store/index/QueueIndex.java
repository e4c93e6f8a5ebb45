package io.reliablemq.broker.store.index;

import io.reliablemq.broker.store.file.StoreFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The entries of all queues: in memory for the segment that is written, in one file beside each ended segment. So
 * thousands of queues take no more files than one.
 *
 * <p>Queues are found by any thread. Index files are loaded by recovery and written by the segment keeper, never both at
 * once.
 */
public final class QueueIndex {

    private final StoreFiles files;
    private final Map<String, Map<Integer, QueueEntries>> topics = new ConcurrentHashMap<>();
    private final List<IndexFile> open = new ArrayList<>();

    public QueueIndex(StoreFiles files) {
        this.files = files;
    }

    /** The queue's entries, which are made if there are none. */
    public QueueEntries queue(String topic, int queueId) {
        Map<Integer, QueueEntries> queues = topics.get(topic);
        if (queues == null) {
            queues = topics.computeIfAbsent(topic, name -> new ConcurrentHashMap<>());
        }
        QueueEntries entries = queues.get(queueId);
        return entries != null ? entries : queues.computeIfAbsent(queueId, id -> new QueueEntries(topic, id));
    }

    public @Nullable QueueEntries find(String topic, int queueId) {
        Map<Integer, QueueEntries> queues = topics.get(topic);
        return queues == null ? null : queues.get(queueId);
    }

    /** The queues that hold or held messages. */
    public List<QueueEntries> written() {
        List<QueueEntries> all = new ArrayList<>();
        for (Map<Integer, QueueEntries> queues : topics.values()) {
            for (QueueEntries entries : queues.values()) {
                if (entries.max() > 0) {
                    all.add(entries);
                }
            }
        }
        return all;
    }

    /**
     * Takes the entries of an ended segment from its file.
     *
     * @return store timestamp of the last message up to the segment's end; -1 if there is no sound file
     * @throws IndexMismatchException if it does not continue the entries of the segments before
     */
    public long load(Path path, long base, long next) throws IOException {
        IndexFile file = IndexFile.open(files, path, base, next);
        if (file == null) {
            return -1;
        }
        open.add(file);
        file.rows((topic, queueId, firstOffset, count, firstEntry) -> {
            QueueEntries entries = queue(topic, queueId);
            entries.startAt(firstOffset);
            if (count > 0) {
                entries.append(file.run(firstOffset, count, firstEntry));
            }
        });
        return file.lastTimestamp();
    }

    /** To be called once after recovery, before the first append. */
    public void startAssigning() {
        written().forEach(QueueEntries::startAssigning);
    }

    /** Writes the index file of an ended segment, whose messages are all in the index. */
    public void save(Path path, long base, long next, long lastTimestamp) throws IOException {
        open.add(new IndexFileWriter(base, next, lastTimestamp, written()).write(files, path));
    }

    /** Closes the index files; goes on past a failure and throws the first one. */
    public void close() throws IOException {
        IOException first = null;
        for (IndexFile file : open) {
            try {
                file.close();
            } catch (IOException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
