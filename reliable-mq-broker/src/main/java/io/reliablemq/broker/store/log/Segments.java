package io.reliablemq.broker.store.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All segments of the log, in order; where some were deleted there are gaps between them.
 *
 * <p>Readers of any thread see an immutable snapshot, which is replaced under this object's monitor, without I/O: the log
 * writer adds, the segment keeper removes.
 */
public final class Segments {

    private volatile Segment[] segments = {};

    void add(Segment segment) {
        update(old -> {
            Segment[] grown = Arrays.copyOf(old, old.length + 1);
            grown[old.length] = segment;
            return grown;
        });
    }

    /** The last segment turns out to end elsewhere than where it was thought to. */
    void resizeLast(Segment resized) {
        update(old -> {
            Segment[] changed = old.clone();
            changed[old.length - 1] = resized;
            return changed;
        });
    }

    /** Lets no more reads begin in the segment, and closes it. */
    void remove(long base) throws IOException {
        Segment removed = find(base);
        if (removed == null) {
            return;
        }
        update(old -> Arrays.stream(old).filter(segment -> segment != removed).toArray(Segment[]::new));
        removed.reader().close();
    }

    private synchronized void update(UnaryOperator<Segment[]> change) {
        segments = change.apply(segments);
    }

    /** The first position at or behind this one that is in a segment; {@link Long#MAX_VALUE} if there is none. */
    long nextKept(long position) {
        for (Segment segment : segments) {
            if (position < segment.limit()) {
                return Math.max(position, segment.base());
            }
        }
        return Long.MAX_VALUE;
    }

    public int count() {
        return segments.length;
    }

    /** Position of the first byte that is kept. */
    public long min() {
        Segment[] all = segments;
        return all.length == 0 ? 0 : all[0].base();
    }

    /**
     * Reads bytes of one segment.
     *
     * @return false if the position is in no segment or the segment ends before the buffer is full
     */
    public boolean read(long position, ByteBuffer target) throws IOException {
        Segment segment = find(position);
        int wanted = target.remaining();
        return segment != null && segment.read(position, target) == wanted;
    }

    /** Where the segment starts that holds this position. */
    public long baseOf(long position) {
        Segment segment = find(position);
        if (segment == null) {
            throw new IllegalArgumentException("Position " + position + " is in no segment");
        }
        return segment.base();
    }

    /** Which byte of which file stands at this position, for operators; null if it is in no segment. */
    public @Nullable String placeOf(long position) {
        Segment segment = find(position);
        return segment == null ? null : "byte " + (position - segment.base()) + " of " + segment.path();
    }

    /** How many bytes of log the segments hold or have room for. */
    public long bytes() {
        long sum = 0;
        for (Segment segment : segments) {
            sum += segment.limit() - segment.base();
        }
        return sum;
    }

    /** How many bytes of log are kept that stand before this position. */
    public long bytesBefore(long position) {
        long sum = 0;
        for (Segment segment : segments) {
            sum += Math.max(0, Math.min(segment.limit(), position) - segment.base());
        }
        return sum;
    }

    /** Calls for every segment from {@code from} on that has been ended, in order. */
    public void forEachEnded(long from, EndedVisitor visitor) throws IOException {
        Segment[] all = segments;
        for (int i = 0; i < all.length - 1; i++) {
            if (all[i].base() >= from) {
                visitor.ended(all[i].base(), all[i].limit());
            }
        }
    }

    /** Base and end of the first ended segment from {@code from} on; empty if there is none. */
    long[] endedFrom(long from) {
        Segment[] all = segments;
        for (int i = 0; i < all.length - 1; i++) {
            if (all[i].base() >= from) {
                return new long[] {all[i].base(), all[i].limit()};
            }
        }
        return new long[0];
    }

    /** Sees ended segments. */
    @FunctionalInterface
    public interface EndedVisitor {

        void ended(long base, long next) throws IOException;
    }

    @Nullable
    Segment find(long position) {
        Segment[] all = segments;
        int low = 0;
        int high = all.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (position < all[middle].base()) {
                high = middle - 1;
            } else if (position >= all[middle].limit()) {
                low = middle + 1;
            } else {
                return all[middle];
            }
        }
        return null;
    }

    /** Closes the files; goes on past a failure and throws the first one. */
    public void close() throws IOException {
        IOException first = null;
        for (Segment segment : segments) {
            try {
                segment.reader().close();
            } catch (IOException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
