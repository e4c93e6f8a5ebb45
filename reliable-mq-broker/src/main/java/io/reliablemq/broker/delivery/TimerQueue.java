package io.reliablemq.broker.delivery;

import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.UnreadableMessageException;
import io.reliablemq.broker.store.index.PatientRead;
import io.reliablemq.broker.store.index.SegmentContent;
import io.reliablemq.broker.store.index.timer.Timer;
import io.reliablemq.broker.store.index.timer.TimerIndex;
import io.reliablemq.broker.store.index.timer.TimerProgress;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for a time of its own. Timers are taken in the order of their due times, as the index gives them; progress
 * is a {@link TimerProgress}, of which there are two: what was taken, and what of that is committed.
 *
 * <p>Due times are wall times. A wall clock that is set forward makes messages due, one that is set back makes them wait;
 * neither loses or doubles one, because progress goes by due times and positions and not by what the clock says. As
 * nobody tells when the clock was set, it is looked at again at least every {@link #LOOK_AGAIN} while something waits.
 */
final class TimerQueue implements Waiting {

    private static final Logger LOG = LoggerFactory.getLogger(DelaySchedule.class);

    private static final int MAX_COPIES = 4096;
    private static final int WINDOW = 8192;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
    private static final Duration READ_AHEAD = Duration.ofSeconds(1);

    private final MessageStore store;
    private final TimerIndex index;
    private final DelayCursors cursors;
    private final PassedUnread passedUnread;
    private final Clock clock;
    private final ReadRetries retries;
    private final HandOver<TimerProgress> handOver;
    private final TimerWindow window;
    private final ReadAhead readAhead;
    private final Recalls recalls;
    private TimerProgress taken;
    private final AtomicLong pending;
    private volatile long nextDueMs = Long.MAX_VALUE;

    /** @throws IOException if a timer file cannot be read */
    TimerQueue(HandOver.Parts parts, DelayCursors cursors, PassedUnread passedUnread, LongPredicate alreadyCopied)
            throws IOException {
        this.store = parts.store();
        this.index = store.timers();
        this.cursors = cursors;
        this.passedUnread = passedUnread;
        this.clock = parts.clock().ofMessages();
        this.retries = new ReadRetries(clock);
        this.window = new TimerWindow(index, WINDOW);
        this.readAhead = new ReadAhead(store);
        this.taken = cursors.timers();
        this.recalls = new Recalls(store, taken, parts.signal());
        Found found = PatientRead.of(() -> find(alreadyCopied));
        this.pending = new AtomicLong(found.waiting());
        this.handOver = new HandOver<>(parts, MAX_COPIES, this::settled, found.copied(), cursors.copiesFrom());
        PatientRead.run(this::lookAtArrivals);
    }

    /**
     * What the index holds at the start.
     *
     * @param waiting how many are pending of those that were looked at
     * @param copied positions of all that are pending and have a copy in the log
     */
    private record Found(long waiting, Set<Long> copied) {}

    private Found find(LongPredicate alreadyCopied) throws IOException {
        Set<Long> copied = new HashSet<>();
        long[] waiting = new long[1];
        index.forEachPending(taken, (dueMs, position, size) -> {
            waiting[0] += position < taken.end() ? 1 : 0;
            if (alreadyCopied.test(position)) {
                copied.add(position);
            }
            return true;
        });
        return new Found(waiting[0], copied);
    }

    @Override
    public long doWork() throws IOException {
        long settled = handOver.settle();
        if (store.failure() != null) {
            // Nothing can be handed over any more; the next start goes on from the progress.
            return Agent.UNTIL_SIGNAL;
        }
        lookAtArrivals();
        recalls.decide(taken::isDone);
        long next = handOverDue();
        if (handOver.isEmpty()) {
            cursors.timersLookedAt(taken);
            recalls.forgetDone(taken);
        }
        return Math.min(settled, next);
    }

    @Override
    public long oldestOnItsWay() {
        return handOver.oldestOnItsWay();
    }

    @Override
    public boolean waitsIn(SegmentContent segment) {
        return index.hasPending(segment.base(), cursors.timers()) || recalls.isNeeded(segment);
    }

    Recalls recalls() {
        return recalls;
    }

    @Override
    public long pending() {
        return pending.get();
    }

    /** When the earliest of those that were not begun is due; {@link Long#MAX_VALUE} without any. Any thread may ask. */
    long nextDueMs() {
        return nextDueMs;
    }

    private void settled(TimerProgress progress) {
        pending.decrementAndGet();
        cursors.timersHandedOver(progress);
    }

    private void lookAtArrivals() throws IOException {
        long committed = store.positions().committed();
        if (committed <= taken.end()) {
            return;
        }
        taken = taken.merged(window.first(taken));
        int[] arrived = new int[1];
        index.arrived(taken.end(), committed, (dueMs, position, size) -> {
            if (taken.isPast(dueMs, position)) {
                taken = taken.withNewStep();
            }
            window.offer(dueMs, position, size);
            arrived[0]++;
            return true;
        });
        taken = taken.upTo(committed);
        pending.addAndGet(arrived[0]);
    }

    private long handOverDue() throws IOException {
        while (!handOver.isFull()) {
            Timer first = window.first(taken);
            nextDueMs = first == null ? Long.MAX_VALUE : first.dueMs();
            if (first == null) {
                return Agent.UNTIL_SIGNAL;
            }
            long now = clock.wallMs();
            long soon = now + READ_AHEAD.toMillis();
            if (first.dueMs() > now) {
                readAhead.prepare(window.timers(), soon);
                long wait = Math.min(first.dueMs() - clock.wallMs(), LOOK_AGAIN.toMillis());
                return Duration.ofMillis(wait).toNanos();
            }
            if (recalls.isUndecided(first.position())) {
                return Agent.UNTIL_SIGNAL;
            }
            long pause = take(first, soon);
            if (pause > 0) {
                return pause;
            }
        }
        return Agent.UNTIL_SIGNAL;
    }

    /** @return 0 if it is on its way, or passed over; else after how long it is tried again */
    private long take(Timer timer, long soon) throws IOException {
        long pause = retries.pause();
        if (pause > 0) {
            return pause;
        }
        try {
            begin(timer, read(timer, soon));
        } catch (UnreadableMessageException e) {
            if (retries.isWorthAnother(e)) {
                return retries.pause();
            }
            passUnread(timer, e);
        }
        return 0;
    }

    /**
     * Null if it need not be read, since it is no longer there or has a copy.
     *
     * @throws UnreadableMessageException if it should be there, but the log does not give it
     */
    private @Nullable StoredMessage read(Timer timer, long soon) throws IOException {
        StoredMessage message = null;
        UnreadableMessageException failure = null;
        try {
            message = readAhead.take(window.timers(), soon);
        } catch (UnreadableMessageException e) {
            failure = e;
        }
        boolean isLacking = message == null && !handOver.isCopied(timer.position());
        String place = isLacking ? store.placeOf(timer.position()) : null;
        if (place != null) {
            throw failure != null
                    ? failure
                    : new UnreadableMessageException(timer.position(), place + " holds no sound message", null);
        }
        return message;
    }

    private void passUnread(Timer timer, UnreadableMessageException unreadable) throws UnreadableMessageException {
        if (!passedUnread.hasRoom()) {
            throw unreadable;
        }
        LOG.error(
                "The message at position {} of the log, which was due at {} ms, cannot be delivered for now, since it is damaged"
                        + " or cannot be read, and is passed over: {}. It is tried again from time to time",
                timer.position(),
                timer.dueMs(),
                unreadable.getMessage());
        begin(timer, null);
    }

    private void begin(Timer timer, @Nullable StoredMessage parked) {
        window.remove(timer);
        taken = taken.with(timer);
        if (recalls.isRecalled(timer.position())) {
            handOver.passOver(taken);
        } else if (parked == null) {
            passOver(timer);
        } else {
            handOver.begin(parked, timer.dueMs(), taken);
        }
    }

    private void passOver(Timer timer) {
        long position = timer.position();
        if (handOver.isCopied(position)) {
            handOver.passCopied(position, taken);
            return;
        }
        if (store.placeOf(position) == null) {
            LOG.error(
                    "The message at position {} of the log, which was due at {} ms, is no longer there. It cannot be delivered"
                            + " and is passed over",
                    position,
                    timer.dueMs());
            handOver.passOver(taken);
            return;
        }
        passedUnread.pass(handOver, taken, progress -> {
            pending.decrementAndGet();
            cursors.timersPassedUnread(progress, position);
        });
    }
}
