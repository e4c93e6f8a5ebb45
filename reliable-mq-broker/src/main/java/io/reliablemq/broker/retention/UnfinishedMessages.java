package io.reliablemq.broker.retention;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.RetentionGuard;
import io.reliablemq.broker.store.index.SegmentContent;
import io.reliablemq.broker.store.index.SegmentContent.Part;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps segments with messages that are not finished: those that wait for their time, those that a known group has not
 * consumed, and dead letters, which somebody has still to look at.
 *
 * <p>Owned by {@code rmq-segment-keeper}; figures may be read by any thread.
 */
public final class UnfinishedMessages implements RetentionGuard, Figures {

    private static final Logger LOG = LoggerFactory.getLogger(UnfinishedMessages.class);

    private final RetentionRules rules;
    private final CommittedOffsets offsets;
    private final Predicate<SegmentContent> waitsIn;
    private final Bookkeeping books;
    private final Clock clock;
    private volatile long deletedUnconsumed;

    /** Accounts for messages, which it cannot once they are gone. */
    @FunctionalInterface
    public interface Bookkeeping {

        /**
         * Enters all that the log holds, and stores it.
         *
         * @return false if that takes more time
         */
        boolean close() throws IOException;
    }

    /** @param waitsIn whether a segment holds messages that wait for their time */
    public UnfinishedMessages(
            RetentionRules rules,
            CommittedOffsets offsets,
            Predicate<SegmentContent> waitsIn,
            Bookkeeping books,
            Clock clock) {
        this.rules = rules;
        this.offsets = offsets;
        this.waitsIn = waitsIn;
        this.books = books;
        this.clock = clock.ofMessages();
    }

    @Override
    public Optional<String> reasonToKeep(SegmentContent segment) {
        if (waitsIn.test(segment)) {
            return Optional.of("it holds messages that wait for their time");
        }
        for (Part part : segment.parts()) {
            if (Names.isDeadLetterTopic(part.topic()) && !areExpired(segment)) {
                return Optional.of("it holds dead letters, in " + part.topic());
            }
            if (!rules.deleteUnconsumed() && unconsumed(part) > 0) {
                return Optional.of("it holds " + unconsumed(part) + " messages of topic " + part.topic()
                        + " that not all of the groups " + offsets.known().groups(part.topic())
                        + " have consumed. A group that will never come back can be deleted");
            }
        }
        return Optional.empty();
    }

    /**
     * What a group has passed and what is deleted afterwards must not look, after a crash, as if it had been deleted first.
     * So the books are closed, and are on disk, before anything goes.
     */
    @Override
    public boolean prepareDeletion() throws IOException {
        return books.close();
    }

    @Override
    public void deleting(SegmentContent segment) {
        for (Part part : segment.parts()) {
            long count = unconsumed(part);
            if (count > 0) {
                deletedUnconsumed += count;
                LOG.warn(
                        "{} messages of topic {} queue {} are deleted that not all of the groups {} have consumed",
                        count,
                        part.topic(),
                        part.queueId(),
                        offsets.known().groups(part.topic()));
            }
        }
    }

    @Override
    public List<Figure> read() {
        return List.of(Figure.counter(
                "reliable.mq.broker.retention.unconsumed",
                Figure.MESSAGES,
                "Messages that were deleted although a known group had not consumed them",
                deletedUnconsumed));
    }

    private boolean areExpired(SegmentContent segment) {
        return !rules.deadLetterAge().isZero()
                && clock.wallMs() - segment.lastTimestamp()
                        > rules.deadLetterAge().toMillis();
    }

    /** How many messages some known group has not finished. What waits for its time has been looked at before. */
    private long unconsumed(Part part) {
        OptionalLong from = offsets.unconsumedFrom(new QueueKey(part.topic(), part.queueId()));
        return from.isEmpty() ? 0 : Math.max(0, part.endOffset() - Math.max(from.getAsLong(), part.firstOffset()));
    }
}
