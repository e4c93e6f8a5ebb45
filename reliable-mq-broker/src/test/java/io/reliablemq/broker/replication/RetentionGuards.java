package io.reliablemq.broker.replication;

import io.reliablemq.broker.store.RetentionGuard;
import io.reliablemq.broker.store.index.SegmentContent;
import java.util.Optional;
import java.util.function.Predicate;

/** Says which segments a test wants to be kept. */
final class RetentionGuards {

    static RetentionGuard keeping(Predicate<SegmentContent> kept) {
        return new RetentionGuard() {
            @Override
            public Optional<String> reasonToKeep(SegmentContent segment) {
                return kept.test(segment) ? Optional.of("the test wants it") : Optional.empty();
            }

            @Override
            public boolean prepareDeletion() {
                return true;
            }

            @Override
            public void deleting(SegmentContent segment) {
                // Nobody has to be told.
            }
        };
    }

    private RetentionGuards() {}
}
