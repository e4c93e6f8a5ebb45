package io.reliablemq.broker.store.index;

import io.reliablemq.broker.store.file.StoreFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The entries of all queues: in memory for the segment that is written, in one file beside each ended segment. So
 * thousands of queues take no more files than one.
 *
 * <p>Queues are found by any thread.
 */
public final class QueueIndex implements SegmentIndex {

    /** Ending of the names of index files. */
    public static final String EXTENSION = "index";

    private final StoreFiles files;
    private final LongFunction<Path> paths;
    private final Map<String, Map<Integer, QueueEntries>> topics = new ConcurrentHashMap<>();
    private final Map<Long, IndexFile> open = new ConcurrentHashMap<>();
    private volatile long lastTimestamp;
    private boolean offsetsMayBeMissing;

    /** @param paths the path of the file for the segment that starts at a position */
    public QueueIndex(StoreFiles files, LongFunction<Path> paths) {
        this.files = files;
        this.paths = paths;
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

    /** From here on in the log, queue offsets may be missing, since messages were lost to damage. */
    public void toleratesMissingOffsets() {
        offsetsMayBeMissing = true;
    }

    /** What an ended segment holds; null unless its index is on file. */
    public @Nullable SegmentContent content(long base, long next) {
        IndexFile file = open.get(base);
        if (file == null) {
            return null;
        }
        List<SegmentContent.Part> parts = new ArrayList<>();
        for (QueueEntries entries : written()) {
            Run run = entries.inSegment(base);
            if (run != null) {
                parts.add(new SegmentContent.Part(
                        entries.topic(), entries.queueId(), run.firstOffset(), run.endOffset()));
            }
        }
        return new SegmentContent(base, next, file.lastTimestamp(), parts);
    }

    /** Store timestamp of the last message; 0 if there is none. */
    public long lastTimestamp() {
        return lastTimestamp;
    }

    @Override
    public boolean load(long base, long next) throws IOException {
        IndexFile file = IndexFile.open(files, paths.apply(base), base, next);
        if (file == null) {
            return false;
        }
        open.put(base, file);
        file.rows((topic, queueId, firstOffset, count, firstEntry) -> {
            QueueEntries entries = queue(topic, queueId);
            if (offsetsMayBeMissing) {
                entries.skipTo(firstOffset);
            }
            entries.requireNext(firstOffset);
            if (count > 0) {
                entries.append(file.run(firstOffset, count, firstEntry));
            }
        });
        lastTimestamp = Math.max(lastTimestamp, file.lastTimestamp());
        return true;
    }

    @Override
    public void add(IndexedMessage message) {
        message.queue().add(message);
        lastTimestamp = Math.max(lastTimestamp, message.storeTimestamp());
    }

    /** To be called once after recovery, before the first append. */
    public void startAssigning() {
        written().forEach(QueueEntries::startAssigning);
    }

    @Override
    public void save(long base, long next) throws IOException {
        open.put(base, new IndexFileWriter(base, next, lastTimestamp, written()).write(files, paths.apply(base)));
    }

    @Override
    public void drop(long base) throws IOException {
        written().forEach(entries -> entries.drop(base));
        IndexFile file = open.remove(base);
        if (file != null) {
            file.close();
        }
    }

    /** Goes on past a failure and throws the first one. */
    @Override
    public void close() throws IOException {
        IOException first = null;
        for (IndexFile file : open.values()) {
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
