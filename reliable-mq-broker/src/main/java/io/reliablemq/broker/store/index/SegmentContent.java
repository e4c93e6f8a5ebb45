package io.reliablemq.broker.store.index;

import java.util.List;

/**
 * What an ended segment of the log holds.
 *
 * @param base position of its first byte
 * @param next where the following segment starts
 * @param lastTimestamp no message in it was stored later, in milliseconds since 1970; where retention asks, no earlier than
 *     time has really passed since then
 */
public record SegmentContent(long base, long next, long lastTimestamp, List<Part> parts) {

    public SegmentContent {
        parts = List.copyOf(parts);
    }

    /** The same, with another time that the age of its messages is counted from. */
    public SegmentContent countedFrom(long timestamp) {
        return new SegmentContent(base, next, timestamp, parts);
    }

    public long bytes() {
        return next - base;
    }

    /**
     * The messages of one queue.
     *
     * @param firstOffset of the first one
     * @param endOffset behind the last one
     */
    public record Part(String topic, int queueId, long firstOffset, long endOffset) {

        public long count() {
            return endOffset - firstOffset;
        }
    }
}
