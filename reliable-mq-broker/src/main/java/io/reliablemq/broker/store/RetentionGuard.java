package io.reliablemq.broker.store;

import io.reliablemq.broker.store.index.SegmentContent;
import java.io.IOException;
import java.util.Optional;

/**
 * Says which segments must be kept, whatever their age: the store knows ages and sizes, and nothing of what messages mean.
 * Called by {@code rmq-segment-keeper}.
 */
public interface RetentionGuard {

    /** Why the segment must be kept, for operators; empty if it may go. Asked again right before it is deleted. */
    Optional<String> reasonToKeep(SegmentContent segment);

    /**
     * A segment may go. Called before it is asked about for the second time, and deleted.
     *
     * @return false if nothing may be deleted for now; what may go is asked about again later
     * @throws IOException if what has to be stored before cannot be
     */
    boolean prepareDeletion() throws IOException;

    /** The segment is about to be deleted. */
    void deleting(SegmentContent segment);
}
