package io.reliablemq.broker.store.index;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one queue: a run for each segment that holds some. Between two runs there is a gap in the offsets where
 * segments were deleted.
 *
 * <p>{@link #add} is for the thread that moves the commit point, {@link #assign} for the log writer; any thread reads.
 * The list of runs is an immutable snapshot that is replaced under this object's monitor, without I/O.
 */
public final class QueueEntries {

    private record View(Run[] runs, long floor) {}

    private final String topic;
    private final int queueId;
    private volatile View view = new View(new Run[0], 0);
    private @Nullable MemoryRun active;
    private long nextToAssign;

    QueueEntries(String topic, int queueId) {
        this.topic = topic;
        this.queueId = queueId;
    }

    public String topic() {
        return topic;
    }

    public int queueId() {
        return queueId;
    }

    /** The first offset that is kept. */
    public long min() {
        View seen = view;
        return seen.runs.length == 0 ? seen.floor : seen.runs[0].firstOffset();
    }

    /** The offset of the next message. */
    public long max() {
        return max(view);
    }

    private static long max(View seen) {
        return seen.runs.length == 0 ? seen.floor : Math.max(seen.floor, seen.runs[seen.runs.length - 1].endOffset());
    }

    /** Gives the next offset to a message that is about to be written; owned by the log writer. */
    public long assign() {
        return nextToAssign++;
    }

    /** Starts giving offsets where the entries end; to be called once, after recovery. */
    void startAssigning() {
        nextToAssign = max();
    }

    /** The log holds a message with this offset that is not among the entries yet; to be called after recovery. */
    public void assignBehind(long offset) {
        nextToAssign = Math.max(nextToAssign, offset + 1);
    }

    /** Adds the entry of the next message. */
    void add(IndexedMessage message) {
        requireNext(message.offset());
        MemoryRun run = active;
        if (run == null || run.segmentBase() != message.segmentBase()) {
            run = new MemoryRun(message.segmentBase(), message.offset());
            run.add(message);
            active = run;
            append(run);
        } else {
            run.add(message);
        }
    }

    /** Offsets before this one, and from the last entry on, were given to messages that are no longer kept. */
    public synchronized void skipTo(long offset) {
        View seen = view;
        if (offset > max(seen)) {
            view = new View(seen.runs, offset);
        }
    }

    /**
     * Messages up to this offset were lost to damage. Within a segment their entries are there, but lead nowhere, so that
     * consecutive offsets stay consecutive entries.
     */
    public void loseTo(long offset, long segmentBase) {
        MemoryRun run = active;
        if (run == null || run.segmentBase() != segmentBase) {
            skipTo(offset);
            return;
        }
        while (max() < offset) {
            run.addLost();
        }
    }

    synchronized void append(Run run) {
        View seen = view;
        Run[] grown = Arrays.copyOf(seen.runs, seen.runs.length + 1);
        grown[seen.runs.length] = run;
        view = new View(grown, seen.floor);
    }

    /** Forgets the entries of a segment; offsets go on where they were. */
    synchronized void drop(long segmentBase) {
        View seen = view;
        long end = max(seen);
        Run[] left = Arrays.stream(seen.runs)
                .filter(run -> run.segmentBase() != segmentBase)
                .toArray(Run[]::new);
        view = new View(left, Math.max(seen.floor, end));
    }

    /** Puts the same entries on file in the place of those in memory. */
    synchronized void replace(MemoryRun old, Run run) {
        View seen = view;
        Run[] changed = seen.runs.clone();
        for (int i = 0; i < changed.length; i++) {
            if (changed[i] == old) {
                changed[i] = run;
            }
        }
        view = new View(changed, seen.floor);
    }

    /** The entries in memory for this segment; null if there are none. */
    @Nullable
    MemoryRun inMemory(long segmentBase) {
        for (Run run : view.runs) {
            if (run.segmentBase() == segmentBase && run instanceof MemoryRun memory) {
                return memory;
            }
        }
        return null;
    }

    /** The first offset behind this segment and all before it; the next offset if there is none yet. */
    public long firstBehind(long segmentBase) {
        View seen = view;
        for (Run run : seen.runs) {
            if (run.segmentBase() > segmentBase) {
                return run.firstOffset();
            }
        }
        return max(seen);
    }

    /** Behind the last offset that stands in the same segment as this one. */
    public long endOfSegment(long offset) {
        Run[] runs = view.runs;
        int at = runFrom(runs, offset);
        return at < runs.length && runs[at].firstOffset() <= offset ? runs[at].endOffset() : offset;
    }

    /** How many entries there are from an offset on and before another one. */
    public long count(long from, long to) {
        long count = 0;
        for (Run run : view.runs) {
            count += Math.max(0, Math.min(to, run.endOffset()) - Math.max(from, run.firstOffset()));
        }
        return count;
    }

    /** Visits entries from this offset on, until they end or the visitor has enough. */
    public void visit(long from, EntryVisitor visitor) throws IOException {
        Run[] runs = view.runs;
        for (int i = runFrom(runs, from); i < runs.length; i++) {
            if (!runs[i].visit(Math.max(from, runs[i].firstOffset()), visitor)) {
                return;
            }
        }
    }

    /** Whether a visit from this offset on needs no file. */
    public boolean isInMemory(long from) {
        Run[] runs = view.runs;
        for (int i = runFrom(runs, from); i < runs.length; i++) {
            if (!(runs[i] instanceof MemoryRun)) {
                return false;
            }
        }
        return true;
    }

    /** Index of the first run that ends behind the offset. */
    private static int runFrom(Run[] runs, long offset) {
        int low = 0;
        int high = runs.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (offset >= runs[middle].endOffset()) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The part of the queue that stands in a segment; null if nothing does. */
    @Nullable
    Run inSegment(long segmentBase) {
        for (Run run : view.runs) {
            if (run.segmentBase() == segmentBase) {
                return run;
            }
        }
        return null;
    }

    void requireNext(long offset) {
        if (offset != max()) {
            throw new IndexMismatchException("Queue " + queueId + " of topic " + topic + " goes on with offset "
                    + offset + " instead of " + max());
        }
    }
}
