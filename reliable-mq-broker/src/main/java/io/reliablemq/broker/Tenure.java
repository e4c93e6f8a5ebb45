package io.reliablemq.broker;

import io.reliablemq.broker.accounting.GroupAccount;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.figures.Rates;
import io.reliablemq.broker.registration.Registrar;
import io.reliablemq.broker.registration.RegistrationHeader;
import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.topic.TopicAnnouncer;
import io.reliablemq.protocol.runtime.AgentRunner;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.RequestHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
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

    /** What faces clients and name servers, to be stopped while requests in flight are still answered. */
    private final CloseStack outward = new CloseStack();

    private final CloseStack started = new CloseStack();
    private final Around around;
    private final ActingRole role;
    private final MessageStore store;
    private final RoleSide side;
    private final BrokerParts parts;
    private final Registrar registrar;
    private final Figures figures;
    private final HealthChecks checks;

    /** Set once there is somebody to announce topics. */
    private volatile @Nullable TopicAnnouncer announcer;

    /**
     * What a tenure works with and leaves as it is.
     *
     * @param address where the broker listens
     * @param nameServers to register with
     * @param masterOnly handles what a slave does not do itself
     * @param masterRole told what kind of master a slave has
     */
    record Around(
            BrokerSettings settings,
            InetSocketAddress address,
            RemotingClient client,
            Clients clients,
            List<String> nameServers,
            RequestHandler masterOnly,
            Consumer<BrokerRole> masterRole,
            Clock clock,
            ErrorSink errors) {}

    /**
     * Starts everything but the registration, see {@link #register}.
     *
     * @param opened belongs to the tenure from now on, also where this fails
     * @throws IOException if log or state cannot be read
     */
    Tenure(Around around, ActingRole role, OpenedStore opened) throws IOException {
        this.around = around;
        this.role = role;
        this.store = started.push(opened.store());
        boolean complete = false;
        try {
            BrokerSettings settings = around.settings();
            Duties housekeeping = new Duties("rmq-housekeeping", around.clock(), around.errors());
            Duties scheduling = new Duties("rmq-scheduler", around.clock(), around.errors());
            AgentRunner housekeeper = started.push(new AgentRunner(housekeeping, around.errors()));
            AgentRunner scheduler = started.push(new AgentRunner(scheduling, around.errors()));
            Mailbox mailbox = new Mailbox(housekeeper::signal);
            StateFolder folder = new StateFolder(settings.dataDir());
            side = started.push(side(folder, mailbox, scheduler::signal));
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
            housekeeper.start();
            scheduler.start();
            side.start();
            if (role.isMaster()) {
                FollowedTopics.complete(folder, state.topics(), store);
            }
            registrar = outward.push(registrar());
            announcer = registrar;
            figures = Figures.of(List.of(parts.figures(), side.figures()));
            checks = HealthChecks.of(List.of(store.health(), parts.health(), side.health(), registrar));
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    private RoleSide side(StateFolder folder, Mailbox mailbox, Runnable wakeScheduler) throws IOException {
        if (role.isMaster()) {
            return new MasterSide(around.settings(), role, folder, store, around.clock(), wakeScheduler);
        }
        SlaveSide.With with = new SlaveSide.With(
                around.settings(),
                role,
                around.client(),
                this::masterAddress,
                around.masterOnly(),
                around.masterRole(),
                mailbox,
                around.clock());
        return new SlaveSide(with, folder, store);
    }

    private Registrar registrar() {
        RegistrationHeader header = new RegistrationHeader(
                around.settings().cluster(),
                around.settings().name(),
                role.brokerId(),
                Addresses.text(around.address()));
        return new Registrar(
                around.client(), around.nameServers(), header, parts.state().topics()::table, around.errors());
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
        TopicAnnouncer through = announcer;
        return through == null ? CompletableFuture.completedFuture(null) : through.announce();
    }

    ActingRole role() {
        return role;
    }

    /** Where the master is, {@code host:port}, as far as a slave knows. */
    @Nullable
    String masterAddress() {
        return role.masterAddress();
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

    Map<String, GroupAccount> accounts() {
        return parts.state().accounts().accounts();
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
