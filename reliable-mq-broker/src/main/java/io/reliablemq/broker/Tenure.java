package io.reliablemq.broker;

import io.reliablemq.broker.accounting.GroupAccount;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.figures.Rates;
import io.reliablemq.broker.registration.NameServerLink;
import io.reliablemq.broker.registration.Registrar;
import io.reliablemq.broker.registration.RegistrationHeader;
import io.reliablemq.broker.replication.state.StatePage;
import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.role.RoleChangeException;
import io.reliablemq.broker.role.RoleStatus;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.epoch.EpochHistory;
import io.reliablemq.broker.topic.TopicAnnouncer;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.runtime.AgentRunner;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.RequestHandler;
import io.reliablemq.protocol.transport.TransportSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker's time in one role: store, state, handlers, their threads, and the registration. Opened and closed as a whole;
 * what clients are connected to is outside of it.
 *
 * <p>Thread-safe. The order of the start is the order of the constructor; the stop is its reverse: out of the routes first,
 * then no more requests, then the state and the log reach the disk.
 */
final class Tenure implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final Duration FIRST_REGISTRATION_TIMEOUT = Duration.ofSeconds(4);
    private static final Duration PERSIST_PERIOD = Duration.ofSeconds(1);
    private static final Duration SESSION_PERIOD = Duration.ofSeconds(10);
    private static final long LOOK_AGAIN_MS = 20;

    /** Requests between brokers, which go on while everything else waits for the end of a change of roles. */
    static final Set<Integer> BETWEEN_BROKERS =
            Set.of(RequestCode.REPLICA_ATTACH, RequestCode.REPLICA_CONFIRM, RequestCode.FOLLOW_STATE);

    /** What faces clients and name servers, to be stopped while requests in flight are still answered. */
    private final CloseStack outward = new CloseStack();

    private final CloseStack started = new CloseStack();
    private final Around around;
    private final OpenedStore opened;
    private final MessageStore store;
    private final AgentRunner scheduler;
    private final Mailbox mailbox;
    private final RoleSide side;
    private final BrokerParts parts;
    private final Registrar registrar;
    private final Figures figures;
    private final HealthChecks checks;

    private volatile ActingRole role;

    /** Null until there is somebody to announce topics, and to hear of the master. */
    private volatile @Nullable Registrar registration;

    /**
     * What a tenure works with and leaves as it is.
     *
     * @param address where the broker listens
     * @param nameServers to register with
     * @param masterOnly handles what a slave does not do itself
     */
    record Around(
            BrokerSettings settings,
            InetSocketAddress address,
            TransportSettings transport,
            RemotingClient client,
            Clients clients,
            List<NameServerLink> nameServers,
            RequestHandler masterOnly,
            Owner owner,
            Clock clock,
            ErrorSink errors) {}

    /** Whoever decides about the role. All methods return at once, and may be called by any thread. */
    interface Owner {

        /** The log cannot go on as it is open now. */
        void reopen();

        /** The slave's master says what kind it is. */
        void masterIs(BrokerRole kind);

        /** Time to look what became of the other brokers of this name. */
        void lookAround();

        /** Where a slave's master is by the brokers of its name, see {@link MasterSearch#address}. */
        @Nullable
        String foundMaster(@Nullable String told);
    }

    /**
     * Starts everything but the registration, see {@link #register}.
     *
     * @param opened belongs to the tenure from now on, also where this fails
     * @throws IOException if log or state cannot be read
     */
    Tenure(Around around, ActingRole role, OpenedStore opened) throws IOException {
        this.around = around;
        this.role = role;
        this.opened = opened;
        this.store = started.push(opened.store());
        boolean complete = false;
        try {
            BrokerSettings settings = around.settings();
            Duties housekeeping = new Duties("rmq-housekeeping", around.clock(), around.errors());
            Duties scheduling = new Duties("rmq-scheduler", around.clock(), around.errors());
            AgentRunner housekeeper = started.push(new AgentRunner(housekeeping, around.errors()));
            scheduler = started.push(new AgentRunner(scheduling, around.errors()));
            started.push(around.clock().ofMessages().onJump(scheduler::signal));
            mailbox = new Mailbox(housekeeper::signal);
            StateFolder folder = new StateFolder(settings.dataDir());
            side = started.push(side(folder));
            BrokerState state = BrokerState.load(
                    settings,
                    side.files(),
                    store,
                    mailbox,
                    this::announce,
                    around.clock().wallMs());
            parts = new BrokerParts(
                    new BrokerParts.Around(
                            settings,
                            around.address(),
                            around.clients(),
                            scheduler::signal,
                            around.clock(),
                            around.errors()),
                    state,
                    opened,
                    side.part(state));
            outward.push(parts.readThreads());
            outward.push(parts.longPolls());
            addDuties(housekeeping, scheduling);
            housekeeper.start();
            scheduler.start();
            side.start();
            if (role.isMaster()) {
                FollowedTopics.complete(folder, state.topics(), store, mailbox);
            }
            registrar = outward.push(registrar());
            registration = registrar;
            figures = Figures.of(List.of(parts.figures(), side.figures()));
            checks = HealthChecks.of(List.of(store.health(), parts.health(), side.health(), registrar));
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    private RoleSide side(StateFolder folder) throws IOException {
        return role.isMaster()
                ? new MasterSide(around, role, folder, opened, mailbox, scheduler::signal)
                : new SlaveSide(around, role, folder, opened, this::masterAddress, mailbox);
    }

    private void addDuties(Duties housekeeping, Duties scheduling) {
        BrokerState state = parts.state();
        housekeeping
                .step(mailbox::drain)
                .every(PERSIST_PERIOD, state.offsets()::persist)
                .every(PERSIST_PERIOD, state.cursors()::persist)
                .every(SESSION_PERIOD, around.clients().sessions()::endSilent)
                .every(Rates.PERIOD, parts.runtime()::sample)
                .atStop(state.offsets()::persist)
                .atStop(state.cursors()::persist);
        scheduling.step(parts.longPolls()::expire);
        side.addDuties(parts, housekeeping, scheduling);
    }

    private Registrar registrar() {
        RegistrationHeader header = new RegistrationHeader(
                around.settings().cluster(),
                around.settings().name(),
                role.brokerId(),
                Addresses.text(around.address()));
        return new Registrar(around.nameServers(), header, parts.state().topics()::table, around.errors());
    }

    /** Tells the name servers; returns once all know the broker or had their time. One that is away may come later. */
    void register() {
        try {
            registrar.start().get(FIRST_REGISTRATION_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerStartException("The start of the broker was interrupted.", e);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("Not all name servers answered the first registration; it is repeated");
        }
    }

    private CompletableFuture<Void> announce() {
        TopicAnnouncer through = registration;
        return through == null ? CompletableFuture.completedFuture(null) : through.announce();
    }

    ActingRole role() {
        return role;
    }

    /** The role is known better, or is about to be another one. */
    void learn(ActingRole learned) {
        role = learned;
    }

    /**
     * Where the master is, {@code host:port}, as far as a slave knows: by the brokers of its name, else by the setting, else by
     * the name servers, else by the one to which this broker handed over.
     */
    @Nullable
    String masterAddress() {
        ActingRole now = role;
        if (now.isMaster()) {
            return now.masterAddress();
        }
        String told = toldMasterAddress();
        String found = around.owner().foundMaster(told);
        if (found != null) {
            return found;
        }
        return told == null ? now.masterAddress() : told;
    }

    /** The master by the name servers, where these count; null if they know none, or the setting says where it is. */
    @Nullable
    String toldMasterAddress() {
        String pinned = around.settings().replication().masterAddress();
        if (pinned != null && pinned.equals(role.masterAddress())) {
            return null;
        }
        Registrar registered = registration;
        String told = registered == null ? null : registered.masterAddress();
        // Its own address may still be known as that of the master that it was.
        return told == null || told.equals(Addresses.text(around.address())) ? null : told;
    }

    /** Another broker is the master of this slave. */
    void masterMoved() {
        if (side instanceof SlaveSide slave) {
            slave.masterMoved();
        }
    }

    /** Waits until this slave follows its master. @throws RoleChangeException if that takes too long */
    void awaitFollowing(Duration bound) throws RoleChangeException {
        if (side instanceof SlaveSide slave) {
            await(
                    slave.whenFollowing(),
                    bound.toNanos(),
                    "this slave does not follow the new master after " + bound.toMillis() + " ms");
        }
    }

    /** Whether this slave follows the log of its master. */
    boolean isFollowing() {
        return side instanceof SlaveSide slave && slave.isFollowing();
    }

    /** What is said to other brokers of this name. */
    RoleStatus status() {
        return status(around.settings(), Addresses.text(around.address()), role, opened);
    }

    static RoleStatus status(BrokerSettings settings, String address, ActingRole role, OpenedStore opened) {
        EpochHistory epochs =
                role.isMaster() ? opened.feed().epochs() : opened.copy().epochs();
        return new RoleStatus(
                settings.name(),
                address,
                role,
                new RoleStatus.LogStanding(epochs, opened.store().positions().committed()));
    }

    /** The slave that is to take over from this master. @throws RoleChangeException if none is in sync */
    Successor successor() throws RoleChangeException {
        return master().successor();
    }

    /** Where the slaves of this master listen that are not to take over. */
    List<String> addressesOfOtherSlaves(Successor successor) throws RoleChangeException {
        return master().addressesBeside(successor);
    }

    /** Refuses all messages from now on. */
    void stopAppends(String why) {
        scheduler.close();
        store.stopAppends(why);
    }

    /**
     * Takes no more messages, and waits until all that were taken are committed, and safe at the slave.
     *
     * @return where the log ends
     * @throws RoleChangeException if that takes too long; this tenure must be closed in any case
     */
    long settle(String why, Successor successor, Duration bound) throws RoleChangeException {
        stopAppends(why);
        long deadline = around.clock().nanos() + bound.toNanos();
        while (true) {
            long end = store.positions().written();
            long left = deadline - around.clock().nanos();
            await(
                    master().whenConfirmed(successor.replicaId(), end),
                    left,
                    "the slave has not confirmed the end of the log in time");
            // Read in this order: whoever is answered was committed before.
            if (store.pendingAppends() == 0
                    && store.positions().committed() == end
                    && store.positions().written() == end) {
                return end;
            }
            if (left <= 0) {
                throw new RoleChangeException("the last messages were not committed in time");
            }
            // What was taken before moves on by itself; not all of its steps can be waited for.
            new CompletableFuture<Void>()
                    .completeOnTimeout(null, LOOK_AGAIN_MS, TimeUnit.MILLISECONDS)
                    .join();
        }
    }

    /**
     * Waits until enough slaves have the log as it is now: without them, every send of the first moment would be answered that there
     * is no slave. If they do not come, that is the right answer.
     */
    void awaitSlaves(Duration bound) {
        try {
            await(
                    master().whenEnoughConfirmed(store.positions().written()),
                    bound.toNanos(),
                    "they did not follow within " + bound.toMillis() + " ms");
        } catch (RoleChangeException e) {
            LOG.warn("Going on without enough slaves: {}", e.getMessage());
        }
    }

    /** Stores the state, and gives it as it is then. @throws RoleChangeException if that takes too long or fails */
    List<StatePage> finalState(Duration bound) throws RoleChangeException {
        BrokerState state = parts.state();
        onState(bound, () -> {
            state.offsets().persist();
            state.cursors().persist();
            state.transactions().persist();
            state.accounts().settle();
            state.accounts().persist();
        });
        return master().statePages();
    }

    /**
     * Makes sure that this slave could be the master, with this state and the log up to this position.
     *
     * @throws RoleChangeException if it could not
     */
    void prepareToTakeOver(long end, List<StatePage> pages, Duration bound) throws RoleChangeException {
        if (!(side instanceof SlaveSide slave)) {
            throw new RoleChangeException("This broker is a master itself");
        }
        try {
            long own = opened.copy().settle();
            if (own != end) {
                throw new RoleChangeException("The log ends at " + own + " here, and at " + end + " on the master");
            }
            // The master has seen all of it committed; the state that comes with it speaks of all of it.
            opened.copy().committed(end, false);
        } catch (IOException e) {
            throw new RoleChangeException("The log could not be flushed: " + e.getMessage(), e);
        }
        onState(bound, () -> slave.take(pages, parts.state()));
    }

    private void onState(Duration bound, Duties.Task task) throws RoleChangeException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        mailbox.execute(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        await(done, bound.toNanos(), "the state was not stored in time");
    }

    private static void await(CompletableFuture<Void> done, long nanos, String otherwise) throws RoleChangeException {
        try {
            done.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new RoleChangeException(otherwise, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RoleChangeException("the change was interrupted", e);
        } catch (ExecutionException e) {
            throw new RoleChangeException(String.valueOf(e.getCause()), e);
        }
    }

    private MasterSide master() throws RoleChangeException {
        if (side instanceof MasterSide master) {
            return master;
        }
        throw new RoleChangeException("This broker is a slave");
    }

    RequestHandler handlers() {
        return parts.handlers();
    }

    Figures figures() {
        return figures;
    }

    HealthChecks checks() {
        return checks;
    }

    /** The part that it plays among the brokers of its name, for whoever asks for its health. */
    Map<String, Object> standing() {
        Map<String, Object> standing = new LinkedHashMap<>();
        standing.put("role", role.role().name());
        standing.put("epoch", status().log().epoch());
        standing.putAll(side.standing());
        return standing;
    }

    Map<String, GroupAccount> accounts() {
        return parts.state().accounts().accounts();
    }

    long retrying(String group) throws IOException {
        return parts.state().accounts().retrying(group);
    }

    /** Leaves the routes and ends what clients wait for. */
    synchronized void leave() {
        close(outward);
    }

    @Override
    public synchronized void close() {
        close(outward);
        close(started);
    }

    private void close(CloseStack stack) {
        try {
            stack.close();
        } catch (Exception e) {
            LOG.error(
                    "The broker {} stopped, but not cleanly", around.settings().name(), e);
        }
    }
}
