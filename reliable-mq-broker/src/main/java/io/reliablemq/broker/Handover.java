package io.reliablemq.broker;

import io.reliablemq.broker.replication.state.StatePages;
import io.reliablemq.broker.request.MasterOnly;
import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.HandoverAttempt;
import io.reliablemq.broker.role.Peers;
import io.reliablemq.broker.role.Peers.Outcome;
import io.reliablemq.broker.role.RoleChangeException;
import io.reliablemq.broker.role.RoleFile;
import io.reliablemq.broker.role.TakeOverOffer;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The planned switch, on the side of the master that hands over. For {@code rmq-role}. */
final class Handover {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    /**
     * Requests that change what the successor takes over. One that was let in has to be done before: it would be refused, or
     * what it changes would stay behind.
     */
    static final Set<Integer> CHANGES = Stream.concat(
                    MasterOnly.CODES.stream(), Stream.of(RequestCode.UPDATE_CONSUMER_OFFSET))
            .collect(Collectors.toUnmodifiableSet());

    /** Not longer, since everybody else waits meanwhile. */
    private static final Duration ANSWERS_BOUND = Duration.ofSeconds(2);

    private static final Duration SETTLE_BOUND = Duration.ofSeconds(5);
    private static final Duration OUTCOME_BOUND = Duration.ofSeconds(10);
    private static final long PAUSE_MS = 200;

    private final RoleChanges changes;
    private final RoleFile file;
    private final Peers peers;
    private final Clock clock;

    Handover(RoleChanges changes, RoleFile file, Peers peers, Clock clock) {
        this.changes = changes;
        this.file = file;
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
        HandoverAttempt attempt = new HandoverAttempt(
                role,
                successor.address(),
                successor.brokerId(),
                token,
                master.status().log().epoch());
        CompletableFuture<Void> answered = changes.host().gate().hold(Tenure.BETWEEN_BROKERS);
        try {
            awaitAnswers(answered);
            long end = master.settle("The role of master is being handed over", successor, SETTLE_BOUND);
            TakeOverOffer offer = new TakeOverOffer(token, end, role.role(), master.addressesOfOtherSlaves(successor));
            peers.prepare(successor.address(), offer, StatePages.encodeAll(master.finalState(SETTLE_BOUND)));
            master.leave();
        } catch (RoleChangeException | RuntimeException e) {
            peers.cancel(successor.address(), token, attempt.epoch());
            changes.open(role, RoleChanges.Ground.KEPT);
            throw new RoleChangeException(
                    "Nothing was handed over, this broker is the master as before: " + e.getMessage(), e);
        }
        return handOver(attempt);
    }

    /** What was let in just before would be refused as soon as no more messages are taken. */
    private static void awaitAnswers(CompletableFuture<Void> answered) {
        answered.copy()
                .completeOnTimeout(null, ANSWERS_BOUND.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        if (!answered.isDone()) {
            LOG.warn(
                    "Requests that came before the hand-over are still not answered after {} ms; what they have not stored yet"
                            + " is refused, and clients try again",
                    ANSWERS_BOUND.toMillis());
        }
    }

    private ActingRole handOver(HandoverAttempt attempt) throws RoleChangeException, IOException {
        Outcome outcome = peers.takeOver(attempt.successor(), attempt.token());
        if (outcome == Outcome.UNKNOWN) {
            outcome = outcome(attempt);
        }
        if (outcome == Outcome.REFUSED) {
            changes.open(attempt.master(), RoleChanges.Ground.KEPT);
            throw new RoleChangeException(
                    "The slave at " + attempt.successor() + " has not taken over; this broker is the master as before");
        }
        changes.host().handedOver();
        if (outcome == Outcome.UNKNOWN) {
            changes.followUnresolved(attempt);
            changes.report(unknown(attempt));
            throw new RoleChangeException(unknown(attempt));
        }
        ActingRole slave = attempt.asSlave();
        changes.follow(slave);
        return slave;
    }

    private static String unknown(HandoverAttempt attempt) {
        return "The slave at " + attempt.successor()
                + " was told to take over and has not answered since. It is asked again until it does; if it is gone for"
                + " good, promote this broker, which has everything";
    }

    /** Asks again, if there is something to ask. Until it is known who is the master, this broker is none. */
    void resolve() throws IOException {
        HandoverAttempt open = file.unresolved();
        if (open == null) {
            return;
        }
        // This broker may follow a master that came after it.
        Outcome outcome = changes.status().log().epoch() > open.epoch()
                ? Outcome.TAKEN
                : peers.cancel(open.successor(), open.token(), open.epoch());
        if (outcome == Outcome.UNKNOWN) {
            changes.report(unknown(open));
        } else if (outcome == Outcome.REFUSED && !changes.findsAnotherMaster()) {
            LOG.warn("The slave at {} has not taken over: this broker is the master again", open.successor());
            changes.resume(open.master());
        } else {
            ActingRole now = changes.role();
            // Where the slave could not be opened, the last role is still that of the master, which this broker is no
            // more.
            file.writeResolved(now.isMaster() ? open.asSlave() : now);
            if (!now.isMaster()) {
                changes.report(null);
            }
        }
    }

    /** Whether it has taken over must be known before anybody goes on as a master: there can only be one. */
    private Outcome outcome(HandoverAttempt attempt) {
        long deadline = clock.nanos() + OUTCOME_BOUND.toNanos();
        Outcome outcome = Outcome.UNKNOWN;
        while (outcome == Outcome.UNKNOWN && clock.nanos() - deadline < 0) {
            // Each attempt has its own bound; one that is refused at once must not become a busy loop.
            CompletableFuture<Void> pause =
                    new CompletableFuture<Void>().completeOnTimeout(null, PAUSE_MS, TimeUnit.MILLISECONDS);
            outcome = peers.cancel(attempt.successor(), attempt.token(), attempt.epoch());
            if (outcome == Outcome.UNKNOWN) {
                pause.join();
            }
        }
        return outcome;
    }
}
