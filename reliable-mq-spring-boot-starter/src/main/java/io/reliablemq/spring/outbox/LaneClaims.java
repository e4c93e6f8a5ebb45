package io.reliablemq.spring.outbox;

import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.spring.outbox.LaneTable.Owned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which lanes this instance sends. Owned by the relay's thread.
 *
 * <p>Every instance counts up a number of its own in the database. Whoever sees another's number unchanged for a lease strikes that
 * instance off and may take its lanes; no clock but one's own is needed for that. The other way round, an instance may rely on its
 * lanes for a lease after it <em>began</em> to count up, which is before anybody can have seen the new number.
 */
final class LaneClaims {

    private static final Logger log = LoggerFactory.getLogger(OutboxRelay.class);

    /** Beats a lease; some may fail before it is over. */
    private static final int BEATS_PER_LEASE = 6;

    private final LaneTable table;
    private final Duration lease;
    private final Clock clock;
    private final String instance = UUID.randomUUID().toString();
    private final Map<String, Seen> others = new HashMap<>();
    private final Set<Integer> owned = new TreeSet<>();
    private boolean joined;
    private long validUntilNanos;
    private long nextBeatNanos;

    /** @param sinceNanos when the number was seen first */
    private record Seen(long beat, long sinceNanos) {}

    LaneClaims(LaneTable table, Duration lease, Clock clock) {
        this.table = table;
        this.lease = lease;
        this.clock = clock;
        this.nextBeatNanos = clock.nanos();
    }

    String instance() {
        return instance;
    }

    Set<Integer> owned() {
        return Collections.unmodifiableSet(owned);
    }

    /** Whether the lanes are this instance's for so long. */
    boolean holdFor(Duration duration) {
        return joined && validUntilNanos - clock.nanos() > duration.toNanos();
    }

    long nanosToNextBeat() {
        return Math.max(0, nextBeatNanos - clock.nanos());
    }

    /** The next beat is due now. */
    void beatNext() {
        nextBeatNanos = clock.nanos();
    }

    /**
     * Counts up, and takes or gives up lanes for an equal share. To be called when the next beat is due.
     *
     * @param busy lanes with messages on their way, which are not given up now
     * @throws org.springframework.dao.DataAccessException if the database does not answer; to be tried again soon
     */
    void beat(Set<Integer> busy) {
        long startNanos = clock.nanos();
        nextBeatNanos = startNanos + lease.toNanos() / BEATS_PER_LEASE;
        if (!joined) {
            table.prepare();
            table.join(instance);
            joined = true;
        } else if (!table.beat(instance)) {
            log.warn("Other instances have taken this one for dead and sent its lanes of the outbox; it begins anew");
            owned.clear();
            joined = false;
            nextBeatNanos = startNanos;
            return;
        }
        validUntilNanos = startNanos + lease.toNanos();
        // Lanes first: whoever owns one now is among the instances that are read next, unless it has left.
        Map<Integer, Owned> lanes = table.lanes();
        Set<String> live = liveInstances();
        owned.removeIf(lane -> !instance.equals(ownerOf(lanes, lane)));
        int share = (Lane.COUNT + live.size() - 1) / live.size();
        giveUpAbove(share, lanes, busy);
        takeUpTo(share, lanes, live);
    }

    private static @Nullable String ownerOf(Map<Integer, Owned> lanes, int lane) {
        Owned found = lanes.get(lane);
        return found == null ? null : found.owner();
    }

    private Set<String> liveInstances() {
        Map<String, Long> beats = table.beats();
        long now = clock.nanos();
        Set<String> live = new TreeSet<>();
        live.add(instance);
        others.keySet().retainAll(beats.keySet());
        beats.forEach((other, beat) -> {
            if (other.equals(instance)) {
                return;
            }
            Seen seen = others.get(other);
            if (seen == null || seen.beat() != beat) {
                others.put(other, new Seen(beat, now));
                live.add(other);
            } else if (now - seen.sinceNanos() < lease.toNanos()) {
                live.add(other);
            } else if (table.strikeOff(other, beat)) {
                log.warn(
                        "Instance {} was not heard of for {} and is struck off; its lanes of the outbox pass on",
                        other,
                        lease);
                others.remove(other);
            } else {
                // It has come back, or another instance has struck it off; the next look tells.
                live.add(other);
            }
        });
        return live;
    }

    private void giveUpAbove(int share, Map<Integer, Owned> lanes, Set<Integer> busy) {
        for (Integer lane : List.copyOf(owned)) {
            Owned read = lanes.get(lane);
            if (owned.size() > share && !busy.contains(lane) && read != null) {
                owned.remove(lane);
                table.change(read, null);
            }
        }
    }

    private void takeUpTo(int share, Map<Integer, Owned> lanes, Set<String> live) {
        List<Owned> free = new ArrayList<>(lanes.values());
        // Also one's own that one does not know of, because the answer to a change was lost.
        free.removeIf(lane -> owned.contains(lane.lane())
                || lane.owner() != null && !lane.owner().equals(instance) && live.contains(lane.owner()));
        // Two instances that look at the same moment should not want the same ones.
        Collections.shuffle(free);
        for (Owned lane : free) {
            if (owned.size() < share && table.change(lane, instance)) {
                owned.add(lane.lane());
            }
        }
    }

    /** Gives all up, so that others need not wait for the end of the lease. */
    void leave() {
        owned.clear();
        if (joined) {
            joined = false;
            table.leave(instance);
        }
    }
}
