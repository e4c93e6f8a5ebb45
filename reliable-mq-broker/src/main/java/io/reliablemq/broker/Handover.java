package io.reliablemq.broker;

import io.reliablemq.broker.replication.state.StatePages;
import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.Peers;
import io.reliablemq.broker.role.RoleChangeException;
import io.reliablemq.broker.role.RoleStatus;
import io.reliablemq.broker.role.TakeOverOffer;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The planned switch, on the side of the master that hands over. For {@code rmq-role}. */
final class Handover {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final Duration SETTLE_BOUND = Duration.ofSeconds(5);
    private static final Duration OUTCOME_BOUND = Duration.ofSeconds(10);
    private static final long PAUSE_MS = 200;

    private final RoleChanges changes;
    private final Peers peers;
    private final Clock clock;

    Handover(RoleChanges changes, Peers peers, Clock clock) {
        this.changes = changes;
        this.peers = peers;
        this.clock = clock;
    }

    ActingRole switchOver() throws RoleChangeException, IOException {
        Tenure master = changes.host().tenure();
        ActingRole role = master.role();
        if (!role.isMaster()) {
            throw new RoleChangeException("This broker is a slave; its master is at " + master.masterAddress());
        }
        Successor successor = master.successor();
        LOG.info("Handing over to the slave {} at {}", successor.brokerId(), successor.address());
        String token = UUID.randomUUID().toString();
        changes.host().gate().hold(Tenure.BETWEEN_BROKERS);
        try {
            long end = master.settle("The role of master is being handed over", successor, SETTLE_BOUND);
            TakeOverOffer offer = new TakeOverOffer(token, end, role.role(), master.replicaId());
            peers.prepare(successor.address(), offer, StatePages.encodeAll(master.finalState(SETTLE_BOUND)));
            master.leave();
        } catch (RoleChangeException | RuntimeException e) {
            peers.cancel(successor.address(), token);
            changes.open(role, null);
            throw new RoleChangeException(
                    "Nothing was handed over, this broker is the master as before: " + e.getMessage(), e);
        }
        return handOver(role, successor, token);
    }

    private ActingRole handOver(ActingRole role, Successor successor, String token)
            throws RoleChangeException, IOException {
        Optional<RoleStatus> answer = peers.takeOver(successor.address(), token);
        if (answer.isEmpty()) {
            answer = outcome(successor, token);
        }
        if (answer.isPresent() && !answer.get().isMaster()) {
            changes.open(role, null);
            throw new RoleChangeException(
                    "The slave at " + successor.address() + " has not taken over; this broker is the master as before");
        }
        ActingRole slave = role.asSlaveOf(successor.address(), successor.brokerId());
        changes.host().handedOver();
        changes.become(slave);
        if (answer.isEmpty()) {
            String unknown = "The slave at " + successor.address()
                    + " was told to take over and has not answered since. If it comes back it is the master; if it is gone"
                    + " for good, promote this broker, which has everything";
            changes.report(unknown);
            throw new RoleChangeException(unknown);
        }
        return slave;
    }

    /** Whether it has taken over must be known before anybody goes on as a master: there can only be one. */
    private Optional<RoleStatus> outcome(Successor successor, String token) {
        long deadline = clock.nanos() + OUTCOME_BOUND.toNanos();
        Optional<RoleStatus> answer = Optional.empty();
        while (answer.isEmpty() && clock.nanos() - deadline < 0) {
            // Each attempt has its own bound; one that is refused at once must not become a busy loop.
            CompletableFuture<Void> pause =
                    new CompletableFuture<Void>().completeOnTimeout(null, PAUSE_MS, TimeUnit.MILLISECONDS);
            answer = peers.cancel(successor.address(), token);
            if (answer.isEmpty()) {
                pause.join();
            }
        }
        return answer;
    }
}
