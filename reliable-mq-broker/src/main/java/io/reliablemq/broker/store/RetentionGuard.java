package io.reliablemq.broker.store;

import io.reliablemq.broker.store.index.SegmentContent;
import java.util.Optional;

/**
 * Says which segments must be kept, whatever their age: the store knows ages and sizes, and nothing of what messages mean.
 * Called by {@code rmq-segment-keeper}.
 */
public interface RetentionGuard {

    /** Why the segment must be kept, for operators; empty if it may go. */
    Optional<String> reasonToKeep(SegmentContent segment);

    /** The segment is about to be deleted. */
    void deleting(SegmentContent segment);
}
