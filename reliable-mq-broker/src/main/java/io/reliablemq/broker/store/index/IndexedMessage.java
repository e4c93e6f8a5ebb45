package io.reliablemq.broker.store.index;

/**
 * A committed message on its way into the indexes.
 *
 * @param offset its number in its queue
 * @param segmentBase where the segment starts that holds it
 * @param positionInSegment of its first byte
 * @param size in bytes
 * @param storeTimestamp never less than that of the message before it in the log
 */
public record IndexedMessage(
        QueueEntries queue,
        long offset,
        long segmentBase,
        int positionInSegment,
        int size,
        long storeTimestamp,
        MessageMarks marks) {

    /** In the log. */
    public long position() {
        return segmentBase + positionInSegment;
    }
}
