package io.reliablemq.client.producer;

import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which brokers failed a moment ago. Thread-safe.
 *
 * <p>A broker that fails is left out for a second, and for twice as long with each failure that follows, up to half a
 * minute. When the time is over, one send tries it; the others go on leaving it out until that one has succeeded. One that
 * is cut off is not tried with messages at all: heartbeats find out when it is {@linkplain #back back}, which ends the time
 * of one that was left out for its connection alone. One that is another than before, as far as can be told, is
 * {@linkplain #renewed tried at once}, whatever it was left out for.
 */
public final class BrokerHealth {

    private static final Logger log = LoggerFactory.getLogger(BrokerHealth.class);

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final Clock clock;
    private final Predicate<String> reachable;
    private final Map<String, LeftOut> leftOut = new ConcurrentHashMap<>();

    /** @param reachable whether an address can be reached, as far as is known */
    public BrokerHealth(Clock clock, Predicate<String> reachable) {
        this.clock = clock;
        this.reachable = reachable;
    }

    /** Why a broker is left out. */
    public enum Reason {
        /** The connection broke or could not be opened. */
        CONNECTION,
        /** It did not do its work: no answer in time, or one that no other send should get. */
        WORK
    }

    /**
     * @param reason WORK if any of the failures was that
     * @param told whether the operator has been told
     */
    private record LeftOut(int failures, Reason reason, long since, Duration time, boolean beingTried, boolean told) {

        LeftOut asTold() {
            return new LeftOut(failures, reason, since, time, beingTried, true);
        }

        LeftOut because(Reason another) {
            return another == Reason.CONNECTION ? this : new LeftOut(failures, another, since, time, beingTried, told);
        }

        LeftOut overAt(long now) {
            return new LeftOut(failures, reason, now, Duration.ZERO, false, told);
        }

        LeftOut renewedAt(long now) {
            return new LeftOut(0, Reason.CONNECTION, now, Duration.ZERO, false, told);
        }

        LeftOut triedAt(long now) {
            return new LeftOut(failures, reason, now, leaveOutTime(failures), true, told);
        }

        boolean isOver(long now) {
            return now - since >= time.toNanos();
        }
    }

    /**
     * A send failed: leaves the broker out for a while. Failures that come in while it is left out anyway count as one.
     */
    public void failed(String address, Reason reason) {
        leaveOut(address, reason, true);
    }

    /**
     * The connection broke: leaves the broker out as well. That alone is no news for an operator, since brokers and
     * clients that end in order close their connections too.
     */
    public void disconnected(String address) {
        leaveOut(address, Reason.CONNECTION, false);
    }

    /** The broker answers again, or is in the routes again: one send may try it now. */
    public void back(String address) {
        long now = clock.nanos();
        leftOut.computeIfPresent(
                address, (key, old) -> old.reason() == Reason.CONNECTION && !old.beingTried() ? old.overAt(now) : old);
    }

    /**
     * What it failed at says nothing any more, be it its work: one send may try it now, and its failures count anew.
     */
    public void renewed(String address) {
        long now = clock.nanos();
        leftOut.computeIfPresent(address, (key, old) -> old.renewedAt(now));
    }

    private void leaveOut(String address, Reason reason, boolean tell) {
        long now = clock.nanos();
        leftOut.compute(address, (key, old) -> {
            boolean goesOn = old != null && !old.beingTried() && !old.isOver(now);
            LeftOut state = goesOn ? old.because(reason) : next(old, reason, now);
            if (tell && !(goesOn && old.told())) {
                log.info(
                        "The broker at {} is left out for {} ms after {} failure(s)",
                        address,
                        state.time().toMillis(),
                        state.failures());
            } else if (!goesOn) {
                log.debug("The broker at {} has closed the connection and is left out", address);
            }
            return tell ? state.asTold() : state;
        });
    }

    private static LeftOut next(@Nullable LeftOut old, Reason reason, long now) {
        int failures = old == null ? 1 : old.failures() + 1;
        LeftOut next = new LeftOut(failures, reason, now, leaveOutTime(failures), false, old != null && old.told());
        return old == null ? next : next.because(old.reason());
    }

    /** Forgets the brokers that no route names any more: one that is named again later starts anew. */
    public void retain(Set<String> addresses) {
        leftOut.keySet().retainAll(addresses);
    }

    public void succeeded(String address) {
        LeftOut before = leftOut.containsKey(address) ? leftOut.remove(address) : null;
        if (before != null && before.told()) {
            log.info("The broker at {} takes messages again", address);
        }
    }

    /** Whether no broker has failed; one that is cut off has. */
    boolean allAreWell() {
        return leftOut.isEmpty();
    }

    /** Whether the broker can be sent to now, were it only by one caller. */
    boolean isUsable(String address) {
        LeftOut state = leftOut.get(address);
        return reachable.test(address) && (state == null || state.isOver(clock.nanos()));
    }

    /** Whether to send to the broker now. After a leave-out time only one caller hears yes. */
    boolean mayUse(String address) {
        LeftOut state = leftOut.get(address);
        if (!reachable.test(address)) {
            return false;
        }
        if (state == null) {
            return true;
        }
        long now = clock.nanos();
        return state.isOver(now) && leftOut.replace(address, state, state.triedAt(now));
    }

    private static Duration leaveOutTime(int failures) {
        Duration time = FIRST.multipliedBy(1L << Math.max(0, Math.min(failures - 1, 10)));
        return time.compareTo(LONGEST) > 0 ? LONGEST : time;
    }
}
