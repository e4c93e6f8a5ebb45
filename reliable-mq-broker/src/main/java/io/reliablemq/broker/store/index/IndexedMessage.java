package io.reliablemq.broker.store.index;

import io.reliablemq.protocol.message.MessageSummary;

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

    /** Of a record that was read from the log. */
    public static IndexedMessage of(
            MessageSummary message, QueueEntries queue, long segmentBase, long position, int size) {
        return new IndexedMessage(
                queue,
                message.queueOffset(),
                segmentBase,
                (int) (position - segmentBase),
                size,
                message.storeTimestamp(),
                MessageMarks.of(message.topic(), message.properties()));
    }

    /** In the log. */
    public long position() {
        return segmentBase + positionInSegment;
    }
}
