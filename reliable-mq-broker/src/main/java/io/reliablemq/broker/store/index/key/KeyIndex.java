package io.reliablemq.broker.store.index.key;

import io.reliablemq.broker.store.file.StoreFiles;
import io.reliablemq.broker.store.index.DamagedFiles;
import io.reliablemq.broker.store.index.IndexedMessage;
import io.reliablemq.broker.store.index.SegmentIndex;
import io.reliablemq.broker.store.index.SegmentRebuild;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where the messages stand that have a key, a unique id or a tag: by hash code, in memory for the segment that is written,
 * in a sorted file beside each ended segment.
 *
 * <p>Any thread may look up; look-ups in ended segments read from the disk.
 */
public final class KeyIndex implements SegmentIndex {

    /** Ending of the names of key files. */
    public static final String EXTENSION = "keys";

    /** Sees what was found in one segment. */
    @FunctionalInterface
    public interface SegmentVisitor {

        /**
         * @param positions in the segment, of messages that may have the key, ascending
         * @return whether to go on
         */
        boolean found(long segmentBase, int[] positions) throws IOException;
    }

    private final StoreFiles files;
    private final LongFunction<Path> paths;
    private final DamagedFiles damaged;
    private final ConcurrentNavigableMap<Long, SegmentKeys> segments = new ConcurrentSkipListMap<>();
    private volatile @Nullable IndexedMessage last;

    // Owned by the thread that adds.
    private @Nullable MemoryKeys active;
    private long activeBase = -1;

    /** @param paths the path of the file for the segment that starts at a position */
    public KeyIndex(StoreFiles files, LongFunction<Path> paths, DamagedFiles damaged) {
        this.files = files;
        this.paths = paths;
        this.damaged = damaged;
    }

    /**
     * Looks up a hash code in the segments that have messages of this time, the newest segment first.
     *
     * @param beginMs inclusive
     * @param endMs inclusive
     * @throws io.reliablemq.broker.store.index.IndexDamagedException if a key file is damaged or missing
     */
    public void find(int hash, long beginMs, long endMs, SegmentVisitor visitor) throws IOException {
        for (Map.Entry<Long, SegmentKeys> segment : segments.descendingMap().entrySet()) {
            SegmentKeys keys = segment.getValue();
            if (keys.lastTimestamp() < Math.max(0, beginMs)) {
                if (keys.lastTimestamp() >= 0) {
                    // Store timestamps never go back in the log: those before are older still.
                    return;
                }
            } else if (keys.firstTimestamp() <= endMs) {
                int[] positions = keys.find(hash);
                if (positions.length > 0 && !visitor.found(segment.getKey(), positions)) {
                    return;
                }
            }
        }
    }

    /** Whether the segment is still kept. */
    public boolean holds(long segmentBase) {
        return segments.containsKey(segmentBase);
    }

    /** The last message that was added since the store was opened, or read when it was. */
    public @Nullable IndexedMessage last() {
        return last;
    }

    @Override
    public boolean load(long base, long next) throws IOException {
        KeyFile file = open(base, next);
        if (file == null) {
            return false;
        }
        segments.put(base, file);
        return true;
    }

    private @Nullable KeyFile open(long base, long next) throws IOException {
        Path path = paths.apply(base);
        return KeyFile.open(files, path, base, next, what -> damaged.report(this, base, path, what));
    }

    @Override
    public void add(IndexedMessage message) {
        MemoryKeys keys = active;
        if (keys == null || activeBase != message.segmentBase()) {
            keys = new MemoryKeys();
            active = keys;
            activeBase = message.segmentBase();
            segments.put(activeBase, keys);
        }
        keys.add(message);
        last = message;
    }

    @Override
    public void save(long base, long next) throws IOException {
        SegmentKeys keys = segments.get(base);
        if (!(keys instanceof KeyFile)) {
            write(base, next, keys instanceof MemoryKeys memory ? memory : new MemoryKeys());
        }
    }

    private void write(long base, long next, MemoryKeys keys) throws IOException {
        Path path = paths.apply(base);
        KeyFileWriter.write(files, path, base, next, keys);
        KeyFile file = open(base, next);
        if (file == null) {
            throw new IOException("The index file " + path + " cannot be read back");
        }
        segments.put(base, file);
    }

    @Override
    public boolean verify(long base) throws IOException {
        return !(segments.get(base) instanceof KeyFile file) || file.isWhole();
    }

    @Override
    public SegmentRebuild rebuild(long base, long next) {
        MemoryKeys keys = new MemoryKeys();
        return new SegmentRebuild() {
            @Override
            public void add(IndexedMessage message) {
                keys.add(message);
            }

            @Override
            public void finish() throws IOException {
                write(base, next, keys);
            }
        };
    }

    @Override
    public void drop(long base) {
        segments.remove(base);
    }

    /** Holds no files open. */
    @Override
    public void close() {}
}
