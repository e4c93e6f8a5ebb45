package io.reliablemq.broker.delivery;

import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.UnreadableMessageException;
import io.reliablemq.broker.store.file.NoHandleLeftException;
import io.reliablemq.broker.store.index.SegmentContent;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;
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

    private static final long AGAIN_MS = 30_000;
    private static final long AGAIN_NANOS = Duration.ofMillis(AGAIN_MS).toNanos();

    private final MessageStore store;
    private final DelayCursors cursors;
    private final Clock clock;
    private final ToLongFunction<StoredMessage> dueMs;
    private final HandOver<Long> handOver;

    /** Positions of those that were read, and wait for their time or for their copy. */
    private final Set<Long> found = new HashSet<>();

    private final PriorityQueue<Found> notDueYet = new PriorityQueue<>();
    private long known;
    private long nextNanos;
    private long lastTried = -1;

    /** One that could be read before its time. */
    private record Found(long dueMs, long position) implements Comparable<Found> {

        @Override
        public int compareTo(Found other) {
            return Long.compare(dueMs, other.dueMs);
        }
    }

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
        found.remove(position);
        cursors.noLongerUnreadable(position);
    }

    private long tryAgain() throws IOException {
        int count = cursors.unreadable().size();
        if (count == 0) {
            known = 0;
            lastTried = -1;
            return Agent.UNTIL_SIGNAL;
        }
        long now = clock.nanos();
        if (count > known) {
            nextNanos = known == 0 ? now + FIRST_NANOS : earlier(nextNanos, now + FIRST_NANOS);
        }
        known = count;
        tryThoseThatAreDue();
        if (nextNanos - now <= 0) {
            tryNext(now);
        }
        // What is committed makes room, and wakes the thread.
        return handOver.isFull() ? Agent.UNTIL_SIGNAL : Math.min(Math.max(0, nextNanos - now), untilFirstIsDue());
    }

    private static long earlier(long nanos, long otherNanos) {
        return nanos - otherNanos < 0 ? nanos : otherNanos;
    }

    private void tryThoseThatAreDue() throws IOException {
        for (int tries = 0; tries < MAX_COPIES && !handOver.isFull(); tries++) {
            Found first = notDueYet.peek();
            if (first == null || first.dueMs() > clock.wallMs()) {
                return;
            }
            notDueYet.remove();
            found.remove(first.position());
            tryAgain(first.position());
        }
    }

    /** Not longer than until the others are tried, as the wall clock may be set meanwhile. */
    private long untilFirstIsDue() {
        Found first = notDueYet.peek();
        long waitMs = first == null ? AGAIN_MS : Math.max(0, Math.min(first.dueMs() - clock.wallMs(), AGAIN_MS));
        return Duration.ofMillis(waitMs).toNanos();
    }

    /**
     * So many that neither the disk nor the thread is kept busy for long. As long as the disk gives some, the others follow
     * at once; when it gives none, or each had its turn, there is a pause.
     */
    private void tryNext(long now) throws IOException {
        List<Long> positions = nextToTry();
        boolean gaveSome = false;
        for (long position : positions) {
            if (handOver.isFull()) {
                return;
            }
            lastTried = position;
            gaveSome |= tryAgain(position);
        }
        boolean wereLast = positions.size() < MAX_COPIES;
        if (wereLast) {
            lastTried = -1;
        }
        if (wereLast || !gaveSome) {
            nextNanos = now + AGAIN_NANOS;
        }
    }

    private List<Long> nextToTry() {
        return cursors.unreadable().tailSet(lastTried, false).stream()
                .filter(position -> !found.contains(position))
                .limit(MAX_COPIES)
                .toList();
    }

    /** @return false if the disk does not give it */
    private boolean tryAgain(long position) throws IOException {
        if (store.placeOf(position) == null) {
            LOG.error(
                    "The delayed message at position {}, which could not be read, was set aside or deleted, and cannot be"
                            + " delivered",
                    position);
            cursors.noLongerUnreadable(position);
            return true;
        }
        StoredMessage message = read(position);
        if (message == null) {
            return false;
        }
        found.add(position);
        long due = dueMs.applyAsLong(message);
        if (due > clock.wallMs()) {
            notDueYet.add(new Found(due, position));
        } else {
            handOver.begin(message, due, position);
        }
        return true;
    }

    private @Nullable StoredMessage read(long position) throws IOException {
        try {
            return store.readAt(position);
        } catch (UnreadableMessageException | NoHandleLeftException e) {
            // Told when it was passed over, and by the finding as long as that lasts.
            return null;
        }
    }
}
