package io.reliablemq.broker;

import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.RoleChangeException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a broker with the setting {@code switch-on-stop} does before it stops: as a master it hands over to a slave in sync, and
 * stays until that one serves clients. Where it cannot, it stops as it is; where nobody knows whether it has, as that one's
 * slave.
 *
 * @param followBound how long a successor may wait for this broker to follow
 */
record SwitchOnStop(RoleChanges roles, Supplier<Tenure> tenure, RequestGate gate, Duration followBound)
        implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    /** Whoever stops a process does not wait for long. */
    private static final Duration SWITCH_BOUND = Duration.ofSeconds(10);

    private static final Duration ANSWERS_BOUND = Duration.ofSeconds(2);

    @Override
    public void close() {
        if (!tenure.get().role().isMaster()) {
            return;
        }
        ActingRole slave;
        try {
            slave = roles.switchOver(SWITCH_BOUND);
        } catch (RoleChangeException e) {
            LOG.warn("The broker stops, and no slave is known to have taken over: {}", e.getMessage());
            return;
        }
        LOG.info(
                "The master is at {} from now on; this broker stops as soon as that one serves clients",
                slave.masterAddress());
        seeItServe();
        lastAnswers();
    }

    /** The successor, too, waits for this slave before it answers clients. */
    private void seeItServe() {
        try {
            tenure.get().awaitFollowing(followBound);
        } catch (RoleChangeException e) {
            LOG.warn("The broker stops before its successor was seen to serve: {}", e.getMessage());
        }
    }

    /** Clients are told to go elsewhere first; then what they sent here, and was passed on to the successor, is answered. */
    private void lastAnswers() {
        tenure.get().leave();
        gate.hold(Set.of())
                .copy()
                .completeOnTimeout(null, ANSWERS_BOUND.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }
}
