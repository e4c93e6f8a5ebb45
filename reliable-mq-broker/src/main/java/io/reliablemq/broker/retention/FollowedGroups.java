package io.reliablemq.broker.retention;

import io.reliablemq.broker.store.RetentionGuard;
import io.reliablemq.broker.store.index.SegmentContent;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Keeps, on a slave, what its master may keep for groups of which this broker has not heard yet: while the log catches up it
 * is ahead of the state.
 *
 * <p>Owned by {@code rmq-segment-keeper}.
 */
public final class FollowedGroups implements RetentionGuard {

    private final RetentionGuard guard;
    private final LongSupplier knownUpTo;

    /**
     * @param guard what is kept for the groups that are known here
     * @param knownUpTo how far in the log those are the master's; -1 while that is not known
     */
    public FollowedGroups(RetentionGuard guard, LongSupplier knownUpTo) {
        this.guard = guard;
        this.knownUpTo = knownUpTo;
    }

    @Override
    public Optional<String> reasonToKeep(SegmentContent segment) {
        // Asked before the groups are: they may be put to use meanwhile.
        return segment.next() > knownUpTo.getAsLong()
                ? Optional.of("it is not known here yet which groups the master keeps it for")
                : guard.reasonToKeep(segment);
    }

    @Override
    public boolean prepareDeletion() throws IOException {
        return guard.prepareDeletion();
    }

    @Override
    public void deleting(SegmentContent segment) {
        guard.deleting(segment);
    }
}
