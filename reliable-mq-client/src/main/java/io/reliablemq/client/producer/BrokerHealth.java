package io.reliablemq.client.producer;

import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which brokers failed a moment ago. Thread-safe.
 *
 * <p>A broker that fails is left out for a second, and for twice as long with each failure that follows, up to half a
 * minute. When the time is over, one send tries it; the others go on leaving it out until that one has succeeded.
 */
public final class BrokerHealth {

    private static final Logger log = LoggerFactory.getLogger(BrokerHealth.class);

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final Clock clock;
    private final Map<String, LeftOut> leftOut = new ConcurrentHashMap<>();

    public BrokerHealth(Clock clock) {
        this.clock = clock;
    }

    /** @param told whether the operator has been told */
    private record LeftOut(int failures, long since, Duration time, boolean beingTried, boolean told) {

        LeftOut asTold() {
            return new LeftOut(failures, since, time, beingTried, true);
        }

        boolean isOver(long now) {
            return now - since >= time.toNanos();
        }
    }

    /**
     * A send failed: leaves the broker out for a while. Failures that come in while it is left out anyway count as one.
     */
    public void failed(String address) {
        leaveOut(address, true);
    }

    /**
     * The connection broke: leaves the broker out as well. That alone is no news for an operator, since brokers and
     * clients that end in order close their connections too.
     */
    public void disconnected(String address) {
        leaveOut(address, false);
    }

    private void leaveOut(String address, boolean tell) {
        long now = clock.nanos();
        leftOut.compute(address, (key, old) -> {
            boolean goesOn = old != null && !old.beingTried() && !old.isOver(now);
            LeftOut state = goesOn ? old : next(old, now);
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

    private static LeftOut next(@Nullable LeftOut old, long now) {
        int failures = old == null ? 1 : old.failures() + 1;
        return new LeftOut(failures, now, leaveOutTime(failures), false, old != null && old.told());
    }

    public void succeeded(String address) {
        LeftOut before = leftOut.containsKey(address) ? leftOut.remove(address) : null;
        if (before != null && before.told()) {
            log.info("The broker at {} takes messages again", address);
        }
    }

    /** Whether to send to the broker now. After a leave-out time only one caller hears yes. */
    boolean mayUse(String address) {
        LeftOut state = leftOut.get(address);
        if (state == null) {
            return true;
        }
        long now = clock.nanos();
        return state.isOver(now)
                && leftOut.replace(
                        address, state, new LeftOut(state.failures(), now, state.time(), true, state.told()));
    }

    private static Duration leaveOutTime(int failures) {
        Duration time = FIRST.multipliedBy(1L << Math.min(failures - 1, 10));
        return time.compareTo(LONGEST) > 0 ? LONGEST : time;
    }
}
