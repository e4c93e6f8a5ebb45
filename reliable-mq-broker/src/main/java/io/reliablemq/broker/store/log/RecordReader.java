package io.reliablemq.broker.store.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads and verifies single records. Any thread may use it. */
public final class RecordReader {

    private final Segments segments;

    public RecordReader(Segments segments) {
        this.segments = segments;
    }

    /** Where the record starts whose payload stands at this position. */
    public static long start(long payloadPosition) {
        return payloadPosition - RecordLayout.ENVELOPE_BYTES;
    }

    /** Where the payload of the first record starts that is kept, if there is one. */
    public long first() {
        return segments.min() + RecordLayout.ENVELOPE_BYTES;
    }

    /**
     * Reads the payload that starts at this position, wherever that comes from.
     *
     * @param end how far the log may be read
     * @return null if no whole record has its payload there
     */
    public @Nullable ByteBuffer read(long position, long end) throws IOException {
        long start = position - RecordLayout.ENVELOPE_BYTES;
        ByteBuffer envelope = ByteBuffer.allocate(RecordLayout.ENVELOPE_BYTES);
        Segment segment = segments.find(start);
        if (segment == null || position > end || segment.read(start, envelope) < RecordLayout.ENVELOPE_BYTES) {
            return null;
        }
        long behind = Math.min(end, segment.limit()) - position;
        if (envelope.get(RecordLayout.TYPE_AT) != RecordLayout.MESSAGE
                || !RecordLayout.isPlausible(envelope, 0, start, behind)) {
            return null;
        }
        ByteBuffer payload = ByteBuffer.allocate(envelope.getInt(RecordLayout.LENGTH_AT));
        if (segment.read(position, payload) < payload.capacity()) {
            return null;
        }
        payload.flip();
        int checksum = RecordLayout.checksum(start, envelope, 0, payload);
        return envelope.getInt(RecordLayout.CHECKSUM_AT) == checksum ? payload : null;
    }

    /**
     * Where the message stands that the one at this position is a copy of; its payload is not read.
     *
     * @param end how far the log may be read
     * @return -1 if it is no copy, or if no record has its payload there
     */
    public long origin(long position, long end) throws IOException {
        long start = position - RecordLayout.ENVELOPE_BYTES;
        ByteBuffer envelope = ByteBuffer.allocate(RecordLayout.ENVELOPE_BYTES);
        if (start < 0 || position >= end || !segments.read(start, envelope)) {
            return -1;
        }
        boolean message = envelope.get(RecordLayout.TYPE_AT) == RecordLayout.MESSAGE
                && RecordLayout.isPlausible(envelope, 0, start, end - position);
        return message ? envelope.getLong(RecordLayout.ORIGIN_AT) : -1;
    }
}
