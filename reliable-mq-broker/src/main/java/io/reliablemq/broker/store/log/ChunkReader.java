package io.reliablemq.broker.store.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log in chunks of whole records, to be copied elsewhere. What stands in them is verified by whoever copies it.
 * Immutable; any thread may use it.
 */
public final class ChunkReader {

    private final Segments segments;

    public ChunkReader(Segments segments) {
        this.segments = segments;
    }

    /**
     * What was read.
     *
     * @param next where the log goes on behind it, which is in another segment if these records end theirs
     */
    public record Read(RecordChunk chunk, long next) {}

    /** Where the log goes on from this position, if segments were deleted there. */
    public long nextKept(long position) {
        return segments.nextKept(position);
    }

    /**
     * Reads records from a position on.
     *
     * @param from where a record starts
     * @param to how far the log is written
     * @param maxBytes most bytes to read, but for a single record that is larger
     * @return null if the segment is no longer kept
     * @throws IOException if the disk fails, or no record starts there
     */
    public @Nullable Read read(long from, long to, int maxBytes) throws IOException {
        Segment segment = segments.find(from);
        if (segment == null) {
            return null;
        }
        long available = Math.min(to, segment.limit()) - from;
        byte[] bytes = read(segment, from, (int) Math.min(maxBytes, available));
        Walk walk = new Walk(from, bytes);
        if (walk.end == 0 && walk.needed <= available) {
            bytes = read(segment, from, walk.needed);
            walk = new Walk(from, bytes);
        }
        if (walk.end == 0) {
            throw new IOException("No record starts at position " + from);
        }
        byte[] whole = walk.end == bytes.length ? bytes : Arrays.copyOf(bytes, walk.end);
        return new Read(new RecordChunk(from, whole, segment.limit()), walk.next);
    }

    /** A segment's file may end behind its end record. */
    private static byte[] read(Segment segment, long from, int length) throws IOException {
        byte[] bytes = new byte[length];
        int read = segment.read(from, ByteBuffer.wrap(bytes));
        return read == length ? bytes : Arrays.copyOf(bytes, Math.max(0, read));
    }

    /** Finds where the last whole record ends, by their lengths alone. */
    private static final class Walk {

        private int end;
        private int needed;
        private long next;

        Walk(long from, byte[] bytes) {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            next = from;
            needed = RecordLayout.ENVELOPE_BYTES;
            boolean last = false;
            while (!last && end + RecordLayout.ENVELOPE_BYTES <= bytes.length) {
                int length = in.getInt(end + RecordLayout.LENGTH_AT);
                last = in.get(end + RecordLayout.TYPE_AT) != RecordLayout.MESSAGE;
                long record = RecordLayout.ENVELOPE_BYTES + (long) RecordLayout.storedLength(in, end);
                if (length < 0 || end + record > bytes.length) {
                    needed = (int) Math.min(Integer.MAX_VALUE, record);
                    return;
                }
                end += (int) record;
                next = from + end + (last ? length : 0);
            }
        }
    }
}
