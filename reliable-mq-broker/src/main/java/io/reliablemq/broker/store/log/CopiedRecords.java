package io.reliablemq.broker.store.log;

import java.nio.ByteBuffer;

/** Verifies records that have come from another log, and tells what they are. Pure functions; any thread may call them. */
public final class CopiedRecords {

    /** Sees messages in the order of the log. */
    @FunctionalInterface
    public interface Visitor {

        /**
         * @param position of the payload
         * @param epoch that the record was written in
         * @param payload to be used during the call only
         */
        void message(long position, int epoch, ByteBuffer payload) throws RecordsRefusedException;
    }

    /**
     * What a chunk means for the log behind it.
     *
     * @param skipped bytes behind the last record that belong to it and mean nothing
     * @param endsSegment whether the next record stands in another segment
     * @param next where that is, or where the segment ends if more was deleted behind it
     */
    public record Outcome(int skipped, boolean endsSegment, long next) {}

    /**
     * @throws RecordsRefusedException if a record is not whole, or is none; nothing of the chunk may be written then
     */
    public static Outcome verify(RecordChunk chunk, Visitor visitor) throws RecordsRefusedException {
        ByteBuffer bytes = ByteBuffer.wrap(chunk.records());
        int at = 0;
        Outcome outcome = new Outcome(0, false, chunk.end());
        while (at < bytes.limit()) {
            long position = chunk.position() + at;
            if (outcome.endsSegment() || outcome.skipped() > 0) {
                throw new RecordsRefusedException("Something follows the last record of a segment at " + position);
            }
            requireWhole(bytes, at, position, chunk.limit());
            int length = bytes.getInt(at + RecordLayout.LENGTH_AT);
            int payload = at + RecordLayout.ENVELOPE_BYTES;
            long behind = position + RecordLayout.ENVELOPE_BYTES + length;
            switch (bytes.get(at + RecordLayout.TYPE_AT)) {
                case RecordLayout.END -> outcome = end(behind, chunk.limit());
                case RecordLayout.DAMAGED -> outcome = new Outcome(length, false, behind);
                default -> {
                    int epoch = bytes.getInt(at + RecordLayout.EPOCH_AT);
                    visitor.message(chunk.position() + payload, epoch, bytes.slice(payload, length));
                    payload += length;
                }
            }
            at = payload;
        }
        return outcome;
    }

    private static Outcome end(long behind, long limit) throws RecordsRefusedException {
        if (behind != limit) {
            throw new RecordsRefusedException(
                    "The segment ends at " + behind + " by its last record, and at " + limit + " by what came with it");
        }
        return new Outcome(0, true, behind);
    }

    private static void requireWhole(ByteBuffer bytes, int at, long position, long limit)
            throws RecordsRefusedException {
        if (at + RecordLayout.ENVELOPE_BYTES > bytes.limit()) {
            throw new RecordsRefusedException("The record at position " + position + " is cut off");
        }
        long behind = limit - position - RecordLayout.ENVELOPE_BYTES;
        int stored = RecordLayout.storedLength(bytes, at);
        int payload = at + RecordLayout.ENVELOPE_BYTES;
        if (!RecordLayout.isPlausible(bytes, at, position, behind) || stored > bytes.limit() - payload) {
            throw new RecordsRefusedException("What stands at position " + position + " is no whole record");
        }
        int checksum = RecordLayout.checksum(position, bytes, at, bytes.slice(payload, stored));
        if (bytes.getInt(at + RecordLayout.CHECKSUM_AT) != checksum) {
            throw new RecordsRefusedException("The record at position " + position + " does not match its checksum");
        }
    }

    private CopiedRecords() {}
}
