package io.reliablemq.broker;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.Health.Finding;
import io.reliablemq.broker.figures.Health.Status;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.replication.state.StatePages;
import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.role.Peers;
import io.reliablemq.broker.role.RoleChangeException;
import io.reliablemq.broker.role.RoleFile;
import io.reliablemq.broker.role.RoleStatus;
import io.reliablemq.broker.role.TakeOverOffer;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.HeaderFields;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.runtime.NamedThreads;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the role of this broker: by a switch, a promotion, or since another master of its name has come further.
 *
 * <p>All of it happens on {@code rmq-role}, one change after the other. How a switch goes, and what is done where it fails,
 * is told step by step in decision 0013.
 */
final class RoleChanges implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    private static final Duration SETTLE_BOUND = Duration.ofSeconds(5);

    private static final Duration OUTCOME_BOUND = Duration.ofSeconds(10);
    private static final Duration OFFER_BOUND = Duration.ofSeconds(15);
    private static final Duration CLOSE_BOUND = Duration.ofSeconds(20);

    private final Host host;
    private final RoleFile file;
    private final Peers peers;
    private final Clock clock;
    private final ErrorSink errors;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(new NamedThreads("rmq-role"));

    /** Written by {@code rmq-role}. */
    private volatile @Nullable String trouble;

    /** There is another master of this name that has nothing to do with this one. */
    private volatile @Nullable String stranger;

    private volatile long changes;
    private @Nullable Offer offered;

    /** A master has prepared this slave to take over. */
    private record Offer(TakeOverOffer offer, long deadlineNanos) {}

    /** The broker whose role is changed. */
    interface Host {

        Tenure tenure();

        RequestGate gate();

        /**
         * Closes the present tenure and opens the next one.
         *
         * @param accepted the offer that makes this broker the master; null if it is for another reason
         */
        void reopen(ActingRole role, @Nullable TakeOverOffer accepted) throws IOException;

        /** Requests that only a master carries out are to be passed on for a while. */
        void handedOver();
    }

    RoleChanges(Host host, RoleFile file, Peers peers, Clock clock, ErrorSink errors) {
        this.host = host;
        this.file = file;
        this.peers = peers;
        this.clock = clock;
        this.errors = errors;
    }

    /** Requests of other brokers of this name, by code. */
    Map<Integer, RequestHandler> handlers() {
        return Map.of(
                RequestCode.ASK_ROLE, this::askedForRole,
                RequestCode.PREPARE_TAKE_OVER, this::prepare,
                RequestCode.TAKE_OVER, this::takeOver,
                RequestCode.CANCEL_TAKE_OVER, this::cancel);
    }

    /**
     * Hands the master's role to a slave that has everything; returns once that is the master.
     *
     * @return what this broker is now
     * @throws RoleChangeException if it was not done; the message says why and in which state the broker is
     */
    ActingRole switchOver() throws RoleChangeException {
        return run(this::switchNow);
    }

    /**
     * Makes this slave the master.
     *
     * @param force even though the master is alive
     * @throws RoleChangeException if it was not done
     */
    ActingRole promote(boolean force) throws RoleChangeException {
        return run(() -> promoteNow(force));
    }

    /** Opens everything again in the same role; returns at once. */
    void reopen() {
        later(() -> {
            host.gate().hold(Tenure.BETWEEN_BROKERS);
            open(role());
        });
    }

    /** The slave's master says what kind it is, which this broker will be as well if it takes over. */
    void masterIs(BrokerRole kind) {
        if (role().masterRole() != kind) {
            later(() -> learn(kind));
        }
    }

    private void learn(BrokerRole kind) throws IOException {
        ActingRole known = role();
        if (!known.isMaster() && known.masterRole() != kind) {
            ActingRole learned =
                    new ActingRole(known.role(), known.brokerId(), kind, known.masterAddress(), known.vacatedId());
            file.write(learned);
            host.tenure().learn(learned);
        }
    }

    /** Looks for another master of this name that has come further, and gives way to it; returns at once. */
    void lookForRivals(List<String> nameServers) {
        later(() -> {
            if (role().isMaster()) {
                giveWayToRival(nameServers);
            }
        });
    }

    private void giveWayToRival(List<String> nameServers) throws IOException {
        RoleStatus own = status();
        for (String address : peers.masters(nameServers, own.brokerName(), own.address())) {
            Optional<RoleStatus> rival = peers.ask(address, own);
            if (rival.isPresent() && rival.get().isRivalOf(own)) {
                meet(rival.get(), own);
                return;
            }
        }
        stranger = null;
    }

    private void meet(RoleStatus rival, RoleStatus own) throws IOException {
        if (own.givesWayTo(rival)) {
            giveWay(rival);
        } else if (!own.isRelatedTo(rival) && !rival.isRelatedTo(own) && stranger == null) {
            stranger = "The broker at " + rival.address() + " is a master of the name " + own.brokerName()
                    + ", too, and its messages are others than those here";
            LOG.error("{}. Give one of the two a name of its own", stranger);
        }
    }

    private void giveWay(RoleStatus successor) throws IOException {
        ActingRole role = role();
        if (!role.isMaster()) {
            return;
        }
        LOG.warn(
                "The broker at {} is the master of this name from now on (at {}, against {} here): this broker becomes its"
                        + " slave",
                successor.address(),
                successor.log(),
                status().log());
        ActingRole slave = role.asSlaveOf(
                successor.address(), Math.max(1, successor.acting().vacatedId()));
        host.gate().hold(Tenure.BETWEEN_BROKERS);
        host.tenure().stopAppends("This broker is no longer the master of its name");
        become(slave);
    }

    // The switch, on the master.

    private ActingRole switchNow() throws Exception {
        Tenure master = host.tenure();
        ActingRole role = master.role();
        if (!role.isMaster()) {
            throw new RoleChangeException("This broker is a slave; its master is at " + master.masterAddress());
        }
        Successor successor = master.successor();
        LOG.info("Handing over to the slave {} at {}", successor.brokerId(), successor.address());
        String token = UUID.randomUUID().toString();
        host.gate().hold(Tenure.BETWEEN_BROKERS);
        try {
            long end = master.settle("The role of master is being handed over", successor, SETTLE_BOUND);
            TakeOverOffer offer = new TakeOverOffer(token, end, role.role(), master.replicaId());
            peers.prepare(successor.address(), offer, StatePages.encodeAll(master.finalState(SETTLE_BOUND)));
            master.leave();
        } catch (RoleChangeException | RuntimeException e) {
            peers.cancel(successor.address(), token);
            open(role);
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
            open(role);
            throw new RoleChangeException(
                    "The slave at " + successor.address() + " has not taken over; this broker is the master as before");
        }
        ActingRole slave = role.asSlaveOf(successor.address(), successor.brokerId());
        host.handedOver();
        become(slave);
        if (answer.isEmpty()) {
            trouble = "The slave at " + successor.address()
                    + " was told to take over and has not answered since. If it comes"
                    + " back it is the master; if it is gone for good, promote this broker, which has everything";
            throw new RoleChangeException(String.valueOf(trouble));
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
                    new CompletableFuture<Void>().completeOnTimeout(null, 200, TimeUnit.MILLISECONDS);
            answer = peers.cancel(successor.address(), token);
            if (answer.isEmpty()) {
                pause.join();
            }
        }
        return answer;
    }

    // The promotion, on a slave.

    private ActingRole promoteNow(boolean force) throws Exception {
        Tenure slave = host.tenure();
        if (slave.role().isMaster()) {
            throw new RoleChangeException("This broker is the master already");
        }
        String address = slave.masterAddress();
        Optional<RoleStatus> master = address == null ? Optional.empty() : peers.ask(address, status());
        if (master.isPresent() && master.get().isMaster() && !force) {
            throw new RoleChangeException("The master at " + address
                    + " is alive. Hand over there with POST /switch, or promote with force=true if that cannot be");
        }
        host.gate().hold(Tenure.BETWEEN_BROKERS);
        ActingRole promoted = slave.role().asMaster();
        become(promoted);
        host.tenure().countAsReplicated();
        if (master.isPresent() && address != null) {
            peers.displace(address, status());
        }
        return promoted;
    }

    // The switch, on the slave. Handlers are called on event loops, and answer from rmq-role.

    private void askedForRole(Command request, Reply reply) {
        RoleStatus own = status();
        reply.send(Command.success(own.fields()));
        if (request.fields().isEmpty()) {
            return;
        }
        RoleStatus other = RoleStatus.read(request.fields());
        boolean forced = HeaderFields.of(request.fields()).flag(RoleStatus.FORCED, false);
        if (own.isMaster() && other.isRivalOf(own) && own.isRelatedTo(other) && (forced || own.givesWayTo(other))) {
            later(() -> confirmAndGiveWay(other));
        }
    }

    /** Anybody can say that it is a master; whether one listens at that address is asked there. */
    private void confirmAndGiveWay(RoleStatus claimed) throws IOException {
        Optional<RoleStatus> rival = peers.ask(claimed.address(), status());
        if (rival.isPresent() && rival.get().isRivalOf(status())) {
            giveWay(rival.get());
        }
    }

    private void prepare(Command request, Reply reply) {
        TakeOverOffer offer = TakeOverOffer.read(request.fields());
        answered(reply, () -> {
            Tenure slave = host.tenure();
            slave.prepareToTakeOver(offer.end(), StatePages.decode(request.body()), SETTLE_BOUND);
            learn(offer.masterRole());
            offered = new Offer(offer, clock.nanos() + OFFER_BOUND.toNanos());
        });
    }

    private void takeOver(Command request, Reply reply) {
        String token = HeaderFields.of(request.fields()).text("token");
        answered(reply, () -> {
            Offer known = offered;
            if (known == null || !known.offer().token().equals(token) || clock.nanos() - known.deadlineNanos() > 0) {
                throw new RoleChangeException("This take-over was not prepared, or too long ago");
            }
            offered = null;
            // All of it: the old master, too, waits until it can follow.
            host.gate().hold(Set.of());
            ActingRole master = role().asMaster();
            file.write(master);
            // Answered with what it will be: from here on it is the master, whatever happens to this process.
            host.tenure().learn(master);
            later(() -> open(master, known.offer()));
        });
    }

    private void cancel(Command request, Reply reply) {
        String token = HeaderFields.of(request.fields()).text("token");
        answered(reply, () -> {
            Offer known = offered;
            if (known != null && known.offer().token().equals(token)) {
                offered = null;
            }
        });
    }

    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }

    /** Answers with the status after the step, or with why it was refused. */
    private void answered(Reply reply, Step step) {
        try {
            thread.execute(() -> {
                try {
                    step.run();
                    reply.send(Command.success(status().fields()));
                } catch (Exception e) {
                    reply.send(Command.failure(ResponseCode.NO_PERMISSION, String.valueOf(e.getMessage())));
                }
            });
        } catch (RejectedExecutionException e) {
            reply.send(Command.failure(ResponseCode.SERVICE_NOT_AVAILABLE, "The broker is about to stop"));
        }
    }

    /** Keeps the role, and lives up to it. */
    private void become(ActingRole role) throws IOException {
        file.write(role);
        open(role);
    }

    private void open(ActingRole role) throws IOException {
        open(role, null);
    }

    private void open(ActingRole role, @Nullable TakeOverOffer accepted) throws IOException {
        try {
            host.reopen(role, accepted);
            trouble = null;
            changes++;
        } catch (IOException | RuntimeException e) {
            trouble = "The broker could not be opened as " + role + ": " + e.getMessage();
            host.gate().refuse(trouble);
            throw e;
        }
    }

    private ActingRole role() {
        return host.tenure().role();
    }

    private RoleStatus status() {
        return host.tenure().status();
    }

    private <T> T run(Callable<T> change) throws RoleChangeException {
        try {
            return thread.submit(change).get();
        } catch (RejectedExecutionException e) {
            throw new RoleChangeException("The broker is about to stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RoleChangeException("Nobody waits for the change any more; it goes on", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RoleChangeException refused) {
                throw refused;
            }
            Throwable cause = e.getCause() == null ? e : e.getCause();
            errors.report("a change of the broker's role", cause);
            throw new RoleChangeException("The change failed: " + cause.getMessage(), cause);
        }
    }

    private void later(Step step) {
        try {
            thread.execute(() -> {
                try {
                    step.run();
                } catch (Exception e) {
                    errors.report("a change of the broker's role", e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("The broker is about to stop, its role stays as it is", e);
        }
    }

    Figures figures() {
        return () -> {
            RoleStatus own = status();
            List<Figure> figures = new ArrayList<>();
            for (BrokerRole role : BrokerRole.values()) {
                figures.add(Figure.gauge(
                                "reliable.mq.broker.role",
                                "",
                                "1 for the role that the broker has",
                                own.acting().role() == role ? 1 : 0)
                        .tagged("role", role.name()));
            }
            figures.add(Figure.gauge(
                    "reliable.mq.broker.epoch",
                    "",
                    "Number of the epoch that the log is written in; one higher with each change of the master",
                    own.log().epoch()));
            figures.add(Figure.counter(
                    "reliable.mq.broker.role.changes", "", "How often the broker was opened again in a role", changes));
            return figures;
        };
    }

    HealthChecks health() {
        return () -> {
            List<Finding> findings = new ArrayList<>();
            String failed = trouble;
            if (failed != null) {
                findings.add(new Finding(
                        "role", Status.DOWN, failed, "See the log of this broker and of the others of its name."));
            }
            String other = stranger;
            if (other != null) {
                findings.add(new Finding("role", Status.DEGRADED, other, "Give one of the two a name of its own."));
            }
            return findings;
        };
    }

    /** Lets a change that is under way end. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.error("A change of the role is still under way, and is left so");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
