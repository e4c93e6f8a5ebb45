package io.reliablemq.broker.delivery;

import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.UnreadableMessageException;
import io.reliablemq.broker.store.index.SegmentContent;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages that the disk did not give when their turn came, so that those behind them need not wait. They stay part of the
 * progress: they are tried again now and then and after each start, so that a segment that was restored, or a replica whose
 * own copy is sound, still hands them over. Owned by the thread of its {@link DelaySchedule}.
 */
final class UnreadableMessages implements Waiting, HealthChecks {

    private static final Logger LOG = LoggerFactory.getLogger(DelaySchedule.class);

    private static final int MAX_COPIES = 64;

    /** A read that failed for once is soon made good; a failing disk must not be kept busy with what it will not give. */
    private static final long FIRST_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long AGAIN_NANOS = Duration.ofSeconds(30).toNanos();

    private final MessageStore store;
    private final DelayCursors cursors;
    private final Clock clock;
    private final ToLongFunction<StoredMessage> dueMs;
    private final HandOver<Long> handOver;
    private final Set<Long> onTheirWay = new HashSet<>();
    private long known;
    private long nextNanos;
    private long lastTried = -1;

    /** @param dueMs when a message that waits in the schedule is due, as wall time */
    UnreadableMessages(
            HandOver.Parts parts,
            DelayCursors cursors,
            LongPredicate alreadyCopied,
            ToLongFunction<StoredMessage> dueMs) {
        this.store = parts.store();
        this.cursors = cursors;
        this.clock = parts.clock().ofMessages();
        this.dueMs = dueMs;
        this.handOver = new HandOver<>(parts, MAX_COPIES, this::done, Set.of(), cursors.copiesFrom());
        cursors.unreadable().stream().filter(alreadyCopied::test).forEach(cursors::noLongerUnreadable);
        // Those of before are tried at once.
        this.known = cursors.unreadable().size();
        this.nextNanos = clock.nanos();
    }

    @Override
    public long doWork() throws IOException {
        long settled = handOver.settle();
        if (store.failure() != null) {
            return Agent.UNTIL_SIGNAL;
        }
        return Math.min(settled, tryAgain());
    }

    @Override
    public long oldestOnItsWay() {
        return handOver.oldestOnItsWay();
    }

    @Override
    public boolean waitsIn(SegmentContent segment) {
        return !cursors.unreadable().subSet(segment.base(), segment.next()).isEmpty();
    }

    @Override
    public long pending() {
        return cursors.unreadable().size();
    }

    @Override
    public List<Health.Finding> findings() {
        Set<Long> all = cursors.unreadable();
        if (all.isEmpty()) {
            return List.of();
        }
        long first = all.stream().findFirst().orElse(-1L);
        return List.of(new Health.Finding(
                "delayed",
                Health.Status.DEGRADED,
                all.size() + " messages whose turn in the delay schedule came cannot be read, the first at position "
                        + first + " of the log (" + store.placeOf(first) + ")",
                "The disk is failing: copy the data folder elsewhere. They are delivered once they can be read: restore the"
                        + " segment from a copy, or let a slave take over whose copy of the log is sound."));
    }

    private void done(long position) {
        onTheirWay.remove(position);
        cursors.noLongerUnreadable(position);
    }

    private long tryAgain() throws IOException {
        int count = cursors.unreadable().size();
        if (count == 0) {
            known = 0;
            return Agent.UNTIL_SIGNAL;
        }
        long now = clock.nanos();
        if (count > known) {
            nextNanos = known == 0 ? now + FIRST_NANOS : earlier(nextNanos, now + FIRST_NANOS);
        }
        known = count;
        if (nextNanos - now > 0) {
            return nextNanos - now;
        }
        nextNanos = now + AGAIN_NANOS;
        for (long position : nextToTry()) {
            tryAgain(position);
        }
        return nextNanos - now;
    }

    private static long earlier(long nanos, long otherNanos) {
        return nanos - otherNanos < 0 ? nanos : otherNanos;
    }

    /** So many that the disk is not asked for more at once, each in its turn. */
    private List<Long> nextToTry() {
        List<Long> next = cursors.unreadable().tailSet(lastTried, false).stream()
                .filter(position -> !onTheirWay.contains(position))
                .limit(MAX_COPIES)
                .collect(Collectors.toList());
        lastTried = next.size() < MAX_COPIES ? -1 : next.get(next.size() - 1);
        return next;
    }

    private void tryAgain(long position) throws IOException {
        if (handOver.isFull()) {
            return;
        }
        if (store.placeOf(position) == null) {
            LOG.error(
                    "The delayed message at position {}, which could not be read, was set aside or deleted, and cannot be"
                            + " delivered",
                    position);
            cursors.noLongerUnreadable(position);
            return;
        }
        StoredMessage message = read(position);
        if (message == null) {
            return;
        }
        long due = dueMs.applyAsLong(message);
        long waitMs = due - clock.wallMs();
        if (waitMs > 0) {
            nextNanos = earlier(
                    nextNanos,
                    clock.nanos()
                            + Math.min(AGAIN_NANOS, Duration.ofMillis(waitMs).toNanos()));
        } else {
            onTheirWay.add(position);
            handOver.begin(message, due, position);
        }
    }

    private @Nullable StoredMessage read(long position) throws IOException {
        try {
            return store.readAt(position);
        } catch (UnreadableMessageException e) {
            // Told when it was passed over, and by the finding as long as that lasts.
            return null;
        }
    }
}
