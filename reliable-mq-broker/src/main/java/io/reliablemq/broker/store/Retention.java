package io.reliablemq.broker.store;

import io.reliablemq.broker.store.index.QueueIndex;
import io.reliablemq.broker.store.index.SegmentContent;
import io.reliablemq.broker.store.index.SegmentIndexes;
import io.reliablemq.broker.store.log.LogGaps;
import io.reliablemq.broker.store.log.SegmentRemoval;
import io.reliablemq.broker.store.log.Segments;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes ended segments that are old, or too many, unless the guard has a reason to keep them. A segment that is kept does
 * not keep the younger ones: the log may have gaps.
 *
 * <p>Owned by {@code rmq-segment-keeper}; figures may be read by any thread.
 */
final class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final long PERIOD_NANOS = 10_000_000_000L;

    private final StoreSettings.Retention settings;
    private final Segments segments;
    private final SegmentIndexes indexes;
    private final QueueIndex queues;
    private final SegmentRemoval removal;
    private final Clock clock;
    private final SegmentAges ages;
    private final LongSupplier written;
    private long nextNanos;
    private volatile boolean lookAtOnce;
    private volatile @Nullable RetentionGuard guard;
    private volatile LongSupplier neededFrom = () -> Long.MAX_VALUE;
    private volatile RetentionFigures figures = new RetentionFigures(0, 0, 0, "");

    /** @param written where the log ends */
    Retention(
            StoreSettings.Retention settings,
            Segments segments,
            SegmentIndexes indexes,
            QueueIndex queues,
            SegmentRemoval removal,
            SegmentAges ages,
            LongSupplier written,
            Clock clock) {
        this.settings = settings;
        this.segments = segments;
        this.indexes = indexes;
        this.queues = queues;
        this.removal = removal;
        this.ages = ages;
        this.written = written;
        this.clock = clock;
        this.nextNanos = clock.nanos();
    }

    /** Nothing is deleted before it is known who says what must be kept. */
    void guardBy(RetentionGuard newGuard) {
        guard = newGuard;
    }

    /** From this position on the log is needed by somebody who copies it. */
    void keepFrom(LongSupplier position) {
        neededFrom = position;
    }

    /** Time has made a jump; it wants a signal afterwards. Any thread may call. */
    void lookAtOnce() {
        lookAtOnce = true;
    }

    RetentionFigures figures() {
        return figures;
    }

    /** @return nanoseconds until it wants to look again; it wants a signal once it has a guard */
    long run() throws IOException {
        ages.look();
        RetentionGuard known = guard;
        if (known == null) {
            return Agent.UNTIL_SIGNAL;
        }
        long wait = nextNanos - clock.nanos();
        if (wait > 0 && !lookAtOnce) {
            return wait;
        }
        lookAtOnce = false;
        nextNanos = clock.nanos() + PERIOD_NANOS;
        deleteWhatMayGo(known);
        return PERIOD_NANOS;
    }

    private void deleteWhatMayGo(RetentionGuard known) throws IOException {
        long kept = 0;
        String reason = "";
        List<SegmentContent> mayGo = new ArrayList<>();
        for (Ended each : ended()) {
            SegmentContent content = isInExcess(each) || isOld(each) ? queues.content(each.base(), each.next()) : null;
            if (content == null) {
                continue;
            }
            SegmentContent segment = content.countedFrom(each.lastTimestamp());
            Optional<String> toKeep = reasonToKeep(segment, known);
            if (toKeep.isPresent()) {
                kept++;
                reason = reason.isEmpty() ? toKeep.get() : reason;
            } else {
                mayGo.add(segment);
            }
        }
        deleteEach(mayGo, known);
        tellKept(kept, reason);
    }

    private Optional<String> reasonToKeep(SegmentContent segment, RetentionGuard known) {
        return segment.next() > neededFrom.getAsLong()
                ? Optional.of("a replica that is attached does not have it yet")
                : known.reasonToKeep(segment);
    }

    /** Asks again about each: a deletion takes a while, and meanwhile a group may have come that begins with the oldest. */
    private void deleteEach(List<SegmentContent> mayGo, RetentionGuard known) throws IOException {
        for (SegmentContent segment : mayGo) {
            if (!known.prepareDeletion()) {
                return;
            }
            if (reasonToKeep(segment, known).isEmpty()) {
                delete(segment, known);
            }
        }
    }

    /**
     * A segment whose index is on file. What it holds is asked for only if it may go: that looks at all queues.
     *
     * @param bytesBehind of log that is younger
     */
    private record Ended(long base, long next, long lastTimestamp, long bytesBehind) {}

    private List<Ended> ended() throws IOException {
        List<Ended> ended = new ArrayList<>();
        long bytes = segments.bytesBefore(written.getAsLong());
        segments.forEachEnded(
                0,
                (base, next) -> queues.lastTimestamp(base)
                        .ifPresent(last -> ended.add(new Ended(
                                base, next, ages.countedFrom(base, last), bytes - segments.bytesBefore(next)))));
        return ended;
    }

    /** By what is younger: the youngest segments are not deleted because old ones have to be kept. */
    private boolean isInExcess(Ended segment) {
        return settings.maxBytes() > 0 && segment.bytesBehind() >= settings.maxBytes();
    }

    private boolean isOld(Ended segment) {
        return !settings.age().isZero()
                && clock.ofMessages().wallMs() - segment.lastTimestamp()
                        > settings.age().toMillis();
    }

    private void delete(SegmentContent segment, RetentionGuard known) throws IOException {
        known.deleting(segment);
        List<LogGaps.NextOffset> nextOffsets = segment.parts().stream()
                .map(part -> new LogGaps.NextOffset(part.topic(), part.queueId(), part.endOffset()))
                .toList();
        removal.remove(segment.base(), segment.next(), nextOffsets, () -> indexes.drop(segment.base()));
        ages.forget(segment.base());
        RetentionFigures before = figures;
        figures = new RetentionFigures(
                before.segmentsDeleted() + 1, before.bytesDeleted() + segment.bytes(), before.kept(), before.reason());
        LOG.info(
                "The log segment {} with {} bytes was deleted: its retention time or size is over",
                segment.base(),
                segment.bytes());
    }

    private void tellKept(long kept, String reason) {
        RetentionFigures before = figures;
        if (kept > 0 && !reason.equals(before.reason())) {
            LOG.warn("{} log segments are kept beyond their retention, the oldest since {}", kept, reason);
        }
        figures = new RetentionFigures(before.segmentsDeleted(), before.bytesDeleted(), kept, reason);
    }
}
