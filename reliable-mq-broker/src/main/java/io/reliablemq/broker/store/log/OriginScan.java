package io.reliablemq.broker.store.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Walks the envelopes of committed records, without their payloads. Any thread may run it. */
public final class OriginScan {

    /** Sees copies in the order of the log. */
    @FunctionalInterface
    public interface OriginVisitor {

        /**
         * @param origin position of the message that was copied
         * @param position of the copy
         */
        void copied(long origin, long position);
    }

    /**
     * Visits every record that is a copy.
     *
     * @param from where a record starts: a written, flushed or committed position of this log
     * @param to end of what is to be seen, likewise
     */
    public static void run(Segments segments, long from, long to, OriginVisitor visitor) throws IOException {
        ByteBuffer envelope = ByteBuffer.allocate(RecordLayout.ENVELOPE_BYTES);
        for (long at = segments.nextKept(from); at < to; at = segments.nextKept(at)) {
            if (!segments.read(at, envelope.clear()) || !RecordLayout.isPlausible(envelope, 0, at, Integer.MAX_VALUE)) {
                throw new IOException("No record starts at position " + at);
            }
            long payload = at + RecordLayout.ENVELOPE_BYTES;
            long origin = envelope.getLong(RecordLayout.ORIGIN_AT);
            if (envelope.get(RecordLayout.TYPE_AT) == RecordLayout.MESSAGE && origin >= 0) {
                visitor.copied(origin, payload);
            }
            at = payload + envelope.getInt(RecordLayout.LENGTH_AT);
        }
    }

    private OriginScan() {}
}
