package io.reliablemq.broker;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.Health.Finding;
import io.reliablemq.broker.figures.Health.Status;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.role.HandoverAttempt;
import io.reliablemq.broker.role.Peers;
import io.reliablemq.broker.role.RoleChangeException;
import io.reliablemq.broker.role.RoleFile;
import io.reliablemq.broker.role.RoleStatus;
import io.reliablemq.broker.role.TakeOverOffer;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.HeaderFields;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Changes the role of this broker: by a switch, a promotion, or since another master of its name has come further.
 *
 * <p>All of it happens on {@link RoleThread}, one change after the other; methods that other threads may call say so. How a
 * switch goes, and what is done where it fails, is told step by step in decision 0013.
 */
final class RoleChanges implements AutoCloseable {

    private final Host host;
    private final RoleFile file;
    private final Peers peers;
    private final ErrorSink errors;
    private final RoleThread thread;
    private final Handover handover;
    private final TakeOver takeOver;
    private final Rivals rivals;
    private final MasterSearch search;

    /** The kind of master that was heard of last. */
    private volatile @Nullable BrokerRole heard;

    private volatile @Nullable String trouble;
    private volatile long changes;

    /** A look takes seconds where brokers are silent; one that waits is enough, and leaves room for what operators want. */
    private final AtomicBoolean lookWaits = new AtomicBoolean();

    /**
     * Why a broker is opened in a role.
     *
     * @param counting how much of its log counts from now on
     * @param awaitsSlaves whether slaves are about to follow, so that a strict master waits for them before it answers clients
     * @param others brokers to be told of this master, {@code host:port}
     */
    record Ground(UnaryOperator<OpenedStore> counting, boolean awaitsSlaves, List<String> others) {

        static final Ground SAME_LOG = new Ground(UnaryOperator.identity(), false, List.of());
        static final Ground PROMOTED = new Ground(OpenedStore::countedAsCommitted, false, List.of());

        /** The slave that was to take over has not: this is the master as before, and its slaves are to follow again. */
        static final Ground KEPT = new Ground(UnaryOperator.identity(), true, List.of());

        /** The old master has all of it, too, and becomes the slave. */
        static Ground accepted(TakeOverOffer offer) {
            return new Ground(OpenedStore::countedAsReplicated, true, offer.others());
        }
    }

    /** Writes the file of the role. */
    @FunctionalInterface
    private interface Keeping {
        void run() throws IOException;
    }

    /** The broker whose role is changed. */
    interface Host {

        Tenure tenure();

        RequestGate gate();

        /** {@code host:port} of each. */
        List<String> nameServers();

        /** Closes the present tenure and opens the next one. */
        void reopen(ActingRole role, Ground ground) throws IOException;

        /** Requests that only a master carries out are to be passed on for a while. */
        void handedOver();
    }

    /** @param configuredMaster the setting {@code master-address}; null if there is none */
    RoleChanges(
            Host host, RoleFile file, @Nullable String configuredMaster, Peers peers, Clock clock, ErrorSink errors) {
        this.host = host;
        this.file = file;
        this.peers = peers;
        this.errors = errors;
        this.thread = new RoleThread(errors);
        this.handover = new Handover(this, file, peers, clock);
        this.takeOver = new TakeOver(this, thread, clock);
        this.rivals = new Rivals(this, peers);
        this.search = new MasterSearch(this, peers, thread, configuredMaster);
    }

    /** The broker has a role, and may change it. */
    void begin() {
        thread.begin();
    }

    /** Requests of other brokers of this name, by code. Called on event loops. */
    Map<Integer, RequestHandler> handlers() {
        return Map.of(
                RequestCode.ASK_ROLE, this::askedForRole,
                RequestCode.PREPARE_TAKE_OVER, takeOver::prepare,
                RequestCode.TAKE_OVER, takeOver::takeOver,
                RequestCode.CANCEL_TAKE_OVER, takeOver::cancel);
    }

    private void askedForRole(Command request, Reply reply) {
        reply.send(Command.success(status().fields()));
        if (!request.fields().isEmpty()) {
            RoleStatus other = RoleStatus.read(request.fields());
            boolean isForced = HeaderFields.of(request.fields()).flag(RoleStatus.FORCED, false);
            if (rivals.mayGiveWayTo(other, isForced)) {
                thread.later(() -> rivals.confirm(other));
            }
            search.heardOf(other);
        }
    }

    /** Where a slave's master is by the brokers of its name, see {@link MasterSearch#address}. Any thread may ask. */
    @Nullable
    String foundMaster(@Nullable String told) {
        return search.address(told);
    }

    /**
     * Hands the master's role to a slave that has everything; returns once that is the master. Any thread may call it.
     *
     * @return what this broker is now
     * @throws RoleChangeException if it was not done; the message says why and in which state the broker is
     */
    ActingRole switchOver() throws RoleChangeException {
        return thread.run(handover::switchOver);
    }

    /** As {@link #switchOver()}, for somebody who does not wait for longer; a switch that is under way is not given up for that. */
    ActingRole switchOver(Duration bound) throws RoleChangeException {
        return thread.run(handover::switchOver, bound);
    }

    /**
     * Makes this slave the master. Any thread may call it.
     *
     * @param force even though the master is alive
     * @throws RoleChangeException if it was not done
     */
    ActingRole promote(boolean force) throws RoleChangeException {
        return thread.run(() -> promoteNow(force));
    }

    /** Opens everything again in the same role; returns at once. Any thread may call it. */
    void reopen() {
        thread.later(() -> {
            host.gate().hold(Tenure.BETWEEN_BROKERS);
            open(role(), Ground.SAME_LOG);
        });
    }

    /** The slave's master says what kind it is. Any thread may call it. */
    void masterIs(BrokerRole kind) {
        if (kind != heard) {
            heard = kind;
            thread.later(() -> learn(kind));
        }
    }

    /** Looks what became of the other brokers of this name; returns at once. Any thread may call it. */
    void lookAround() {
        if (lookWaits.compareAndSet(false, true) && !thread.later(this::look)) {
            lookWaits.set(false);
        }
    }

    private void look() throws IOException {
        lookWaits.set(false);
        try {
            handover.resolve();
        } catch (IOException e) {
            errors.report("what became of the last hand-over", e);
        }
        rivals.look(host.nameServers());
        search.look();
    }

    private ActingRole promoteNow(boolean force) throws Exception {
        Tenure slave = host.tenure();
        if (slave.role().isMaster()) {
            throw new RoleChangeException("This broker is the master already");
        }
        String address = slave.masterAddress();
        Optional<RoleStatus> master = address == null ? Optional.empty() : peers.ask(address, status());
        boolean isAlive = master.isPresent() && master.get().isMaster();
        if (isAlive && !force) {
            throw new RoleChangeException("The master at " + address
                    + " is alive. Hand over there with POST /switch, or promote with force=true if that cannot be");
        }
        ActingRole promoted = slave.role().asMaster();
        file.write(promoted);
        host.gate().hold(Tenure.BETWEEN_BROKERS);
        open(promoted, Ground.PROMOTED);
        RoleStatus own = status();
        if (isAlive && address != null) {
            peers.displace(address, own);
        }
        peers.announce(peers.others(host.nameServers(), own.brokerName(), own.address()), own);
        return promoted;
    }

    /** Notes which kind of master this slave has, and will be if it takes over. */
    void learn(BrokerRole kind) throws IOException {
        ActingRole known = role();
        if (!known.isMaster() && known.masterRole() != kind) {
            ActingRole learned = known.withMasterRole(kind);
            file.write(learned);
            host.tenure().learn(learned);
        }
    }

    /** Notes that this broker accepts the offer; from here on it is the master, whatever happens to this process. */
    ActingRole promise(String token) throws IOException {
        ActingRole master = file.accept(role(), token);
        host.tenure().learn(master);
        return master;
    }

    /** Whether this broker became the master by this offer, be it that it is none now. */
    boolean hasAccepted(String token) {
        return file.hasAccepted(token);
    }

    /** Makes sure that what this broker could not promise is not found in its file either. */
    void settle() throws IOException {
        file.settle(role());
    }

    /** Another broker is the master; this one becomes its slave, be it that this cannot be kept. */
    void follow(ActingRole slave) throws IOException {
        follow(slave, () -> file.write(slave));
    }

    /** As {@link #follow(ActingRole)}, while nobody knows whether the other broker has taken over. */
    void followUnresolved(HandoverAttempt attempt) throws IOException {
        follow(attempt.asSlave(), () -> file.writeUnresolved(attempt));
    }

    private void follow(ActingRole slave, Keeping keeping) throws IOException {
        try {
            keeping.run();
        } catch (IOException e) {
            errors.report("the file of the role: this broker is a slave now, and would be a master after a restart", e);
        }
        open(slave, Ground.SAME_LOG);
    }

    void open(ActingRole role, Ground ground) throws IOException {
        try {
            if (role.isMaster()) {
                search.end();
            }
            host.reopen(role, ground);
            trouble = null;
            changes++;
        } catch (IOException | RuntimeException e) {
            String why = "The broker could not be opened as " + role + ": " + e.getMessage();
            trouble = why;
            host.gate().refuse(why);
            throw e;
        }
    }

    /** Whether another master was made meanwhile, which this broker follows from now on. */
    boolean findsAnotherMaster() {
        return search.findsAnother();
    }

    /** This broker is the master that it was before. */
    void resume(ActingRole master) throws IOException {
        file.write(master);
        host.gate().hold(Tenure.BETWEEN_BROKERS);
        open(master, Ground.KEPT);
    }

    /** Something that an operator has to decide; null if there is nothing any more. */
    void report(@Nullable String what) {
        trouble = what;
    }

    Host host() {
        return host;
    }

    ActingRole role() {
        return host.tenure().role();
    }

    RoleStatus status() {
        return host.tenure().status();
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
            String stranger = rivals.stranger();
            if (stranger != null) {
                findings.add(new Finding("role", Status.DEGRADED, stranger, "Give one of the two a name of its own."));
            }
            return findings;
        };
    }

    /** Lets a change that is under way end. */
    @Override
    public void close() {
        thread.close();
    }
}
