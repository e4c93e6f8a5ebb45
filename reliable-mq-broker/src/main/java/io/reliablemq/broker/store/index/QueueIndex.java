package io.reliablemq.broker.store.index;

import io.reliablemq.broker.store.file.StoreFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
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
    private final DamagedFiles damaged;
    private final Map<String, Map<Integer, QueueEntries>> topics = new ConcurrentHashMap<>();
    private final ConcurrentNavigableMap<Long, IndexFile> open = new ConcurrentSkipListMap<>();
    /** Store timestamps up to the end of segments that were left behind and are not saved yet. */
    private final ConcurrentNavigableMap<Long, Long> endTimestamps = new ConcurrentSkipListMap<>();

    private volatile long lastTimestamp;
    private boolean offsetsMayBeMissing;

    /** Segment of the message that was added last; owned by the thread that adds. */
    private long lastBase = -1;

    /** @param paths the path of the file for the segment that starts at a position */
    public QueueIndex(StoreFiles files, LongFunction<Path> paths, DamagedFiles damaged) {
        this.files = files;
        this.paths = paths;
        this.damaged = damaged;
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

    /** Store timestamp of the last message up to the end of a segment; empty unless its index is on file. */
    public OptionalLong lastTimestamp(long base) {
        IndexFile file = open.get(base);
        return file == null ? OptionalLong.empty() : OptionalLong.of(file.lastTimestamp());
    }

    /** What an ended segment holds; null unless its index is on file. Looks at all queues. */
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

    /**
     * The last of the segments with an index file whose messages, like all before them, are older than this.
     *
     * @return where it starts; -1 if there is none
     */
    public long lastSegmentBefore(long timestampMs) {
        long base = -1;
        for (IndexFile file : open.values()) {
            if (file.lastTimestamp() >= timestampMs) {
                break;
            }
            base = file.base();
        }
        return base;
    }

    @Override
    public boolean load(long base, long next) throws IOException {
        IndexFile file = IndexFile.open(files, paths.apply(base), base, next, what -> damage(base, what));
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
            entries.append(file.run(firstOffset, count, firstEntry));
        });
        enter(base);
        lastTimestamp = Math.max(lastTimestamp, file.lastTimestamp());
        return true;
    }

    /** The messages that follow are those of this segment. */
    private void enter(long base) {
        if (base != lastBase) {
            endTimestamps.put(lastBase, lastTimestamp);
            lastBase = base;
        }
    }

    @Override
    public void add(IndexedMessage message) {
        message.queue().add(message);
        enter(message.segmentBase());
        lastTimestamp = Math.max(lastTimestamp, message.storeTimestamp());
    }

    /** To be called once after recovery, before the first append. */
    public void startAssigning() {
        written().forEach(QueueEntries::startAssigning);
    }

    @Override
    public void save(long base, long next) throws IOException {
        // In this order: while there is no entry, the time seen before is not that of a later segment.
        long latest = lastTimestamp;
        long ended = endTimestamps.getOrDefault(base, latest);
        endTimestamps.headMap(base, true).clear();
        IndexFileWriter writer = new IndexFileWriter(base, next, ended, written());
        open.put(base, writer.write(files, paths.apply(base), what -> damage(base, what)));
    }

    private IndexDamagedException damage(long base, String what) {
        return damaged.report(this, base, paths.apply(base), what);
    }

    @Override
    public boolean verify(long base) throws IOException {
        IndexFile file = open.get(base);
        return file == null || file.isWhole();
    }

    @Override
    public SegmentRebuild rebuild(long base, long next) {
        Map<QueueEntries, MemoryRun> runs = new HashMap<>();
        return new SegmentRebuild() {
            @Override
            public void add(IndexedMessage message) {
                MemoryRun run = runs.computeIfAbsent(message.queue(), queue -> new MemoryRun(base, message.offset()));
                while (run.endOffset() < message.offset()) {
                    // Lost to damage, as recovery found.
                    run.addLost();
                }
                run.add(message);
            }

            @Override
            public void finish() throws IOException {
                IndexFile file = open.get(base);
                if (file != null) {
                    file.rewrite((topic, queueId) -> runs.get(queue(topic, queueId)));
                }
            }
        };
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
