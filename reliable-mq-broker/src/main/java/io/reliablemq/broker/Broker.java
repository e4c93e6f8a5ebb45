package io.reliablemq.broker;

import io.reliablemq.broker.accounting.GroupAccount;
import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.nameserver.NameServer;
import io.reliablemq.broker.registration.NameServerLink;
import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.role.Peers;
import io.reliablemq.broker.role.RoleChangeException;
import io.reliablemq.broker.role.RoleFile;
import io.reliablemq.broker.role.RoleStatus;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.RemotingServer;
import io.reliablemq.protocol.transport.RequestHandler;
import io.reliablemq.protocol.transport.TransportSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running broker, with or without a name server in the same process.
 *
 * <p>Thread-safe. {@link #close()} returns once everything is flushed; closing twice does nothing.
 *
 * <p>The order of the start is the order of the constructor; the stop is its reverse: out of the routes first, then no
 * more requests, then the state and the log reach the disk.
 */
public final class Broker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    private final Clock clock;
    private final ErrorSink errors = (where, error) -> LOG.error("Error in {}", where, error);
    private final CloseStack started = new CloseStack();
    private final BrokerSettings settings;
    private final @Nullable NameServer nameServer;
    private final InetSocketAddress address;
    private final RequestGate gate = new RequestGate(Handover.CHANGES);
    private final RequestHandler entrance;
    private final RoleFile roleFile;
    private final Peers peers;
    private final OpenedStore.Opener storeOpener;
    private final Tenure.Around around;
    private final RoleChanges roles;
    private final MasterRelay relay;
    private final Figures figures;
    private final HealthChecks checks;
    private final @Nullable InetSocketAddress managementAddress;

    /** Null only while the broker is being started. */
    private volatile @Nullable Tenure tenure;

    private Broker(BrokerSettings settings, BrokerEnvironment environment, OpenedStore.Opener storeOpener) {
        this.settings = settings;
        this.clock = environment.clock();
        this.entrance = environment.requests().before(gate);
        this.storeOpener = storeOpener;
        boolean complete = false;
        try {
            TransportSettings transport = TransportSettings.defaults()
                    .withMaxConnections(settings.maxConnections())
                    .withTls(settings.tls());
            EventLoops loops = started.push(EventLoops.create("rmq-io", transport.ioThreads()));
            nameServer = settings.nameServerEnabled() ? startNameServer(loops, transport) : null;
            RemotingClient client = started.push(new RemotingClient(loops, transport, Broker::refuse));
            roleFile = new RoleFile(
                    new StateFolder(settings.dataDir()).file("role"),
                    new RoleFile.Configured(settings.brokerRole(), settings.brokerId()),
                    settings.replication().masterAddress());
            peers = new Peers(client);
            roles = started.push(new RoleChanges(
                    new Changing(), roleFile, settings.replication().masterAddress(), peers, clock, errors));
            ActingRole configured = roleFile.read();
            MasterAtStart start = new MasterAtStart(settings, nameServers(), peers, storeOpener, clock, errors);
            MasterAtStart.Opened opened = start.open(configured, roleFile);
            started.push(this::closeTenure);
            RemotingServer server = started.push(new RemotingServer(loops, transport, door()));
            address = listen(server, opened.store());
            started.push(this::leaveTenure);
            relay = new MasterRelay(client, () -> tenure().masterAddress(), clock);
            around = new Tenure.Around(
                    settings,
                    address,
                    transport,
                    client,
                    Clients.none(clock),
                    nameServerLinks(client),
                    relay,
                    new Changing(),
                    clock,
                    errors);
            serve(new Tenure(around, opened.role(), opened.store()));
            roles.begin();
            // Closed before the tenure is: a change that is under way would open another one.
            started.push(roles);
            figures = Figures.of(List.of(() -> tenure().figures().read(), () -> connections(server), roles.figures()));
            checks = HealthChecks.of(List.of(() -> tenure().checks().findings(), roles.health()));
            managementAddress = settings.management().enabled() ? startManagement() : null;
            if (settings.replication().switchOnStop()) {
                // Last, so that it comes first at the stop, when all of the broker is there; and not if the start
                // fails.
                started.push(new SwitchOnStop(
                        roles, this::tenure, gate, settings.replication().syncSlaveTimeout()));
            }
            complete = true;
        } catch (IOException e) {
            throw refused("data-dir", settings.dataDir(), e);
        } finally {
            if (!complete) {
                close();
            }
        }
        LOG.info(
                "Broker {} of {} is ready at {} as {}, name server {}, data in {}, {}",
                settings.name(),
                settings.cluster(),
                Addresses.text(address),
                tenure().role(),
                String.join(", ", nameServers()),
                settings.dataDir(),
                settings.flushDiskType());
    }

    /**
     * Starts a broker and returns once it serves requests.
     *
     * @throws BrokerStartException with one sentence that names the setting to change
     */
    public static Broker start(BrokerSettings settings) {
        return start(settings, BrokerEnvironment.MACHINE);
    }

    /**
     * As {@link #start(BrokerSettings)}, with a clock for messages, and with something that clients' requests pass first.
     *
     * @throws BrokerStartException with one sentence that names the setting to change
     */
    public static Broker start(BrokerSettings settings, BrokerEnvironment environment) {
        return new Broker(settings, environment, BrokerStore::open);
    }

    static Broker start(BrokerSettings settings, OpenedStore.Opener storeOpener) {
        return new Broker(settings, BrokerEnvironment.MACHINE, storeOpener);
    }

    /** Where the broker listens, which is what clients are told. */
    public InetSocketAddress address() {
        return address;
    }

    /** Where the name server of this process listens; null if it has none. */
    public @Nullable InetSocketAddress nameServerAddress() {
        return nameServer == null ? null : nameServer.address();
    }

    /** Where health and figures can be read over HTTP; null if they cannot. */
    public @Nullable InetSocketAddress managementAddress() {
        return managementAddress;
    }

    /** What can be counted in this broker; may be read until it is closed. */
    public Figures figures() {
        return figures;
    }

    /** What this broker is now among the brokers of its name. */
    public ActingRole role() {
        return tenure().role();
    }

    /**
     * Hands the role of the master to a slave that has everything, and becomes its slave; returns once that is done, in a few
     * seconds at most. Clients see a pause.
     *
     * @throws RoleChangeException if it was not done; the message says why, and what this broker is now
     */
    public ActingRole switchOver() throws RoleChangeException {
        return roles.switchOver();
    }

    /**
     * Makes this slave the master.
     *
     * @param force even though the present master is alive
     * @throws RoleChangeException if it was not done
     */
    public ActingRole promote(boolean force) throws RoleChangeException {
        return roles.promote(force);
    }

    /** Whether the broker does its work now. */
    public Health health() {
        return Health.of(checks.findings(), tenure().standing());
    }

    /**
     * What became of the messages of each known consumer group, by its name, as of about a second ago. Empty until what the
     * log holds has been counted.
     */
    public Map<String, GroupAccount> accounts() {
        return tenure().accounts();
    }

    /**
     * How many messages of the group wait for another attempt at this moment; what the group had passed before the call is
     * among them if it is to be tried again. To be asked of a master.
     *
     * @throws UncheckedIOException if the log cannot be read
     */
    public long retrying(String group) {
        try {
            return tenure().retrying(group);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            started.close();
        } catch (Exception e) {
            LOG.error("The broker {} stopped, but not cleanly", settings.name(), e);
        }
    }

    private NameServer startNameServer(EventLoops loops, TransportSettings transport) {
        InetSocketAddress bind = new InetSocketAddress(settings.bindAddress(), settings.nameServerPort());
        try {
            return started.push(NameServer.start(loops, transport, bind, clock, errors));
        } catch (IOException e) {
            throw refused("name-server.port", settings.nameServerPort(), e);
        }
    }

    private InetSocketAddress listen(RemotingServer server, OpenedStore store) throws IOException {
        boolean complete = false;
        try {
            InetSocketAddress bound =
                    server.start(new InetSocketAddress(settings.bindAddress(), settings.listenPort()));
            InetSocketAddress advertised = Addresses.advertised(bound);
            complete = true;
            return advertised;
        } catch (IOException e) {
            throw refused("listen-port", settings.listenPort(), e);
        } finally {
            if (!complete) {
                store.store().close();
            }
        }
    }

    private void serve(Tenure opened) {
        tenure = opened;
        gate.open(opened.handlers());
        opened.register();
    }

    private Tenure tenure() {
        Tenure current = tenure;
        if (current == null) {
            throw new IllegalStateException("The broker is still being started");
        }
        return current;
    }

    private void leaveTenure() {
        Tenure current = tenure;
        if (current != null) {
            current.leave();
        }
    }

    private void closeTenure() {
        Tenure current = tenure;
        if (current != null) {
            current.close();
        }
    }

    /** Other brokers of this name are heard at any time, also while clients have to wait. */
    private RequestHandler door() {
        Map<Integer, RequestHandler> ofBrokers = roles.handlers();
        return (request, reply) -> {
            RequestHandler own = tenure == null ? null : ofBrokers.get(request.code());
            (own == null ? entrance : own).handle(request, reply);
        };
    }

    /** Changes of the role, as far as they are made here. */
    private final class Changing implements RoleChanges.Host, Tenure.Owner {

        @Override
        public Tenure tenure() {
            return Broker.this.tenure();
        }

        @Override
        public RequestGate gate() {
            return gate;
        }

        @Override
        public void reopen(ActingRole role, RoleChanges.Ground ground) throws IOException {
            tenure().close();
            OpenedStore opened = storeOpener.open(settings, role.role(), clock, errors);
            Tenure next = new Tenure(around, role, ground.counting().apply(opened));
            RoleStatus status = next.status();
            LOG.info("Broker {} is {} from now on, {}", settings.name(), role, status.log());
            tenure = next;
            peers.announce(ground.others(), status);
            if (ground.awaitsSlaves() && role.role() == BrokerRole.SYNC_MASTER) {
                gate.hold(Tenure.BETWEEN_BROKERS, next.handlers());
                next.awaitSlaves(settings.replication().syncSlaveTimeout());
            }
            serve(next);
        }

        @Override
        public void handedOver() {
            relay.handedOver();
        }

        @Override
        public void reopen() {
            roles.reopen();
        }

        @Override
        public void masterIs(BrokerRole kind) {
            roles.masterIs(kind);
        }

        @Override
        public void lookAround() {
            roles.lookAround();
        }

        @Override
        public @Nullable String foundMaster(@Nullable String told) {
            return roles.foundMaster(told);
        }

        @Override
        public List<String> nameServers() {
            return Broker.this.nameServers();
        }
    }

    private InetSocketAddress startManagement() {
        return started.push(ManagementStart.run(
                        settings.management(), figures, this::health, RoleOperations.of(this), errors))
                .address();
    }

    private static List<Figure> connections(RemotingServer server) {
        return List.of(Figure.gauge(
                "reliable.mq.broker.connections",
                "",
                "Connections to the broker that are open",
                server.connections().size()));
    }

    private List<String> nameServers() {
        NameServer own = ownNameServer();
        return own == null ? settings.nameServers() : List.of(Addresses.text(Addresses.local(own.address())));
    }

    private List<NameServerLink> nameServerLinks(RemotingClient client) {
        NameServer own = ownNameServer();
        return nameServers().stream()
                .map(address ->
                        own == null ? NameServerLink.remote(client, address) : NameServerLink.local(own, address))
                .toList();
    }

    /** The name server of this process, if it is the one to register with. */
    private @Nullable NameServer ownNameServer() {
        return settings.nameServers().isEmpty() ? nameServer : null;
    }

    private static void refuse(Command request, io.reliablemq.protocol.transport.Reply reply) {
        reply.send(Command.failure(
                ResponseCode.REQUEST_CODE_NOT_SUPPORTED, "A broker takes no requests from a name server"));
    }

    static BrokerStartException refused(String setting, Object value, IOException cause) {
        return new BrokerStartException(
                "The setting " + BrokerProperties.PREFIX + "." + setting + " is '" + value + "': " + reason(cause),
                cause);
    }

    private static String reason(IOException cause) {
        String text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        if (cause instanceof java.nio.file.AccessDeniedException) {
            text = "the folder or a file in it may not be written (" + text + ")";
        } else if (cause instanceof java.nio.file.FileAlreadyExistsException) {
            text = "there is a file of that name, but it must be a folder (" + text + ")";
        } else if (cause instanceof java.nio.file.FileSystemException) {
            text = "the folder cannot be used (" + text + ")";
        }
        return text.endsWith(".") ? text : text + ".";
    }
}
