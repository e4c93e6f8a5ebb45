package io.reliablemq.broker.store.log;

/**
 * Whole records that stand one behind the other in one segment, on their way from one log to another.
 *
 * @param position of the first byte
 * @param records their bytes, in which an end record comes last, and so does the envelope of a damaged range
 * @param limit where the segment ends that they stand in
 */
public record RecordChunk(long position, byte[] records, long limit) {

    /** Behind the last byte that is here. */
    public long end() {
        return position + records.length;
    }
}
