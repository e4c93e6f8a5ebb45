package io.reliablemq.broker.store.index.timer;

import io.reliablemq.broker.store.file.StoreFiles;
import io.reliablemq.broker.store.index.DamagedFiles;
import io.reliablemq.broker.store.index.IndexedMessage;
import io.reliablemq.broker.store.index.SegmentIndex;
import io.reliablemq.broker.store.index.SegmentRebuild;
import io.reliablemq.protocol.runtime.CloseStack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The messages that wait for a time of their own: in memory for the segment that is written, in one file beside each
 * ended segment, sorted by due time. So a million of them take a block of memory a segment, and no more.
 *
 * <p>Which of them are done is not kept here: whoever asks says it by a {@link TimerProgress}. One thread at a time asks
 * for timers; {@link #hasPending} is for any thread.
 */
public final class TimerIndex implements SegmentIndex {

    /** Ending of the names of timer files. */
    public static final String EXTENSION = "timers";

    private final StoreFiles files;
    private final LongFunction<Path> paths;
    private final DamagedFiles damaged;
    private final NavigableMap<Long, TimerRun> runs = new ConcurrentSkipListMap<>();

    /** Files that were damaged and are made again; they stay open for whoever reads in them just now. */
    private final Queue<TimerFile> replaced = new ConcurrentLinkedQueue<>();

    /** Owned by the thread that adds. */
    private @Nullable MemoryTimers active;

    /** @param paths the path of the file for the segment that starts at a position */
    public TimerIndex(StoreFiles files, LongFunction<Path> paths, DamagedFiles damaged) {
        this.files = files;
        this.paths = paths;
        this.damaged = damaged;
    }

    @Override
    public boolean load(long base, long next) throws IOException {
        TimerFile file = open(base, next);
        if (file == null) {
            return false;
        }
        keep(file);
        return true;
    }

    private @Nullable TimerFile open(long base, long next) throws IOException {
        Path path = paths.apply(base);
        return TimerFile.open(files, path, base, next, what -> damaged.report(this, base, path, what));
    }

    @Override
    public void add(IndexedMessage message) {
        if (!message.marks().isTimer()) {
            return;
        }
        MemoryTimers timers = active;
        if (timers == null || timers.base() != message.segmentBase()) {
            timers = new MemoryTimers(message.segmentBase());
            active = timers;
            // Before the first entry, so that whoever has seen the commit point finds it.
            runs.put(timers.base(), timers);
        }
        addTo(timers, message);
    }

    private static void addTo(MemoryTimers timers, IndexedMessage message) {
        if (message.marks().isTimer()) {
            timers.add(message.marks().dueMs(), message.positionInSegment(), message.size());
        }
    }

    @Override
    public void save(long base, long next) throws IOException {
        TimerRun run = runs.get(base);
        if (run instanceof TimerFile) {
            return;
        }
        MemoryTimers timers = run instanceof MemoryTimers memory ? memory : new MemoryTimers(base);
        write(base, next, timers);
    }

    private void write(long base, long next, MemoryTimers timers) throws IOException {
        Path path = paths.apply(base);
        TimerFile.write(files, path, next, timers);
        TimerFile file = open(base, next);
        if (file == null) {
            throw new IOException("The timer file " + path + " cannot be read back");
        }
        keep(file);
    }

    @Override
    public boolean verify(long base) throws IOException {
        return !(runs.get(base) instanceof TimerFile file) || file.isWhole();
    }

    @Override
    public SegmentRebuild rebuild(long base, long next) {
        MemoryTimers timers = new MemoryTimers(base);
        return new SegmentRebuild() {
            @Override
            public void add(IndexedMessage message) {
                addTo(timers, message);
            }

            @Override
            public void finish() throws IOException {
                write(base, next, timers);
            }
        };
    }

    /** A file without entries is there for the next start only. */
    private void keep(TimerFile file) throws IOException {
        if (file.isEmpty()) {
            file.close();
        } else {
            TimerRun before = runs.put(file.base(), file);
            if (before instanceof TimerFile damagedOne) {
                replaced.add(damagedOne);
            }
        }
    }

    @Override
    public void drop(long base) throws IOException {
        TimerRun run = runs.remove(base);
        if (run != null) {
            run.close();
        }
    }

    /** Visits the timers that stand between two positions, in no particular order. */
    public void arrived(long from, long to, TimerVisitor visitor) throws IOException {
        Long first = runs.floorKey(from);
        for (TimerRun run : (first == null ? runs : runs.tailMap(first, true)).values()) {
            if (run.base() >= to) {
                return;
            }
            if (run.end() > from) {
                run.visitFrom(from, (dueMs, position, size) -> position >= to || visitor.timer(dueMs, position, size));
            }
        }
    }

    /**
     * The earliest timers that are not done, of those that were looked at.
     *
     * @param after only such as come after this one; null for all
     * @param max how many at the most
     */
    public TreeSet<Timer> earliest(TimerProgress done, @Nullable Timer after, int max) throws IOException {
        Earliest earliest = new Earliest(done, max);
        for (TimerRun run : runs.headMap(done.end(), false).values()) {
            TimerProgress.Step lowest = done.lowest(run.end());
            TimerProgress.Step floor = after == null ? lowest : lowest.atLeast(after.dueMs(), after.position());
            if (!run.isOver(floor.dueMs(), floor.position())) {
                run.visitAfter(floor.dueMs(), floor.position(), earliest);
            }
        }
        return earliest.found;
    }

    /** Visits all timers that are not done, looked at or not, in no particular order. */
    public void forEachPending(TimerProgress done, TimerVisitor visitor) throws IOException {
        TimerVisitor pending =
                (dueMs, position, size) -> done.isDone(dueMs, position) || visitor.timer(dueMs, position, size);
        for (TimerRun run : runs.values()) {
            if (run.end() > done.end()) {
                run.visitFrom(run.base(), pending);
            } else {
                TimerProgress.Step lowest = done.lowest(run.end());
                if (!run.isOver(lowest.dueMs(), lowest.position())) {
                    run.visitAfter(lowest.dueMs(), lowest.position(), pending);
                }
            }
        }
    }

    /** Whether the segment may hold a timer that is not done. */
    public boolean hasPending(long base, TimerProgress done) {
        TimerRun run = runs.get(base);
        if (run == null) {
            return false;
        }
        TimerProgress.Step lowest = done.lowest(run.end());
        return run.end() > done.end() || !run.isOver(lowest.dueMs(), lowest.position());
    }

    /** Closes the files; goes on past a failure and throws the first one. */
    @Override
    public void close() throws IOException {
        try (CloseStack stack = new CloseStack()) {
            runs.values().forEach(stack::push);
            replaced.forEach(stack::push);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    /** Keeps the earliest of what it sees, and has enough when it sees something later than all of them. */
    private static final class Earliest implements TimerVisitor {

        private final TimerProgress done;
        private final int max;
        private final TreeSet<Timer> found = new TreeSet<>();

        Earliest(TimerProgress done, int max) {
            this.done = done;
            this.max = max;
        }

        @Override
        public boolean timer(long dueMs, long position, int size) {
            if (found.size() >= max) {
                Timer last = found.last();
                if (Timer.compare(dueMs, position, last.dueMs(), last.position()) > 0) {
                    return false;
                }
            }
            if (position < done.end() && !done.isDone(dueMs, position)) {
                found.add(new Timer(dueMs, position, size));
                if (found.size() > max) {
                    found.pollLast();
                }
            }
            return true;
        }
    }
}
