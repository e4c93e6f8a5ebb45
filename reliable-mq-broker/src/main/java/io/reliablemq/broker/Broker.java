package io.reliablemq.broker;

import io.reliablemq.broker.accounting.GroupAccount;
import io.reliablemq.broker.accounting.LossAccounts;
import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.figures.Rates;
import io.reliablemq.broker.nameserver.NameServer;
import io.reliablemq.broker.registration.Registrar;
import io.reliablemq.broker.registration.RegistrationHeader;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.runtime.AgentRunner;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.RemotingServer;
import io.reliablemq.protocol.transport.TransportSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
    private static final Duration FIRST_REGISTRATION_TIMEOUT = Duration.ofSeconds(4);
    private static final Duration PERSIST_PERIOD = Duration.ofSeconds(1);
    private static final Duration CHECKPOINT_PERIOD = Duration.ofSeconds(10);
    private static final Duration SESSION_PERIOD = Duration.ofSeconds(10);

    private final Clock clock = Clock.SYSTEM;
    private final ErrorSink errors = (where, error) -> LOG.error("Error in {}", where, error);
    private final CloseStack started = new CloseStack();
    private final BrokerSettings settings;
    private final @Nullable InetSocketAddress nameServerAddress;
    private final InetSocketAddress address;
    private final Figures figures;
    private final HealthChecks checks;
    private final @Nullable InetSocketAddress managementAddress;
    private final LossAccounts accounts;

    private Broker(BrokerSettings settings, OpenedStore.Opener storeOpener) {
        this.settings = settings;
        boolean complete = false;
        try {
            TransportSettings transport = TransportSettings.defaults();
            EventLoops loops = started.push(EventLoops.create("rmq-io", transport.ioThreads()));
            nameServerAddress = settings.nameServerEnabled() ? startNameServer(loops, transport) : null;
            RemotingClient client = started.push(new RemotingClient(loops, transport, Broker::refuse));
            OpenedStore store = openStore(storeOpener);

            StartGate gate = new StartGate();
            Duties housekeeping = new Duties("rmq-housekeeping", clock, errors);
            Duties scheduling = new Duties("rmq-scheduler", clock, errors);
            AgentRunner housekeeper = started.push(new AgentRunner(housekeeping, errors));
            AgentRunner scheduler = started.push(new AgentRunner(scheduling, errors));
            RemotingServer server = started.push(new RemotingServer(loops, transport, gate));
            address = Addresses.advertised(listen(server));

            Mailbox mailbox = new Mailbox(housekeeper::signal);
            BrokerParts parts = BrokerParts.build(settings, store, address, mailbox, scheduler::signal, clock, errors);
            accounts = parts.accounts();
            started.push(parts.readThreads());
            started.push(parts.longPolls());
            housekeeping
                    .step(mailbox::drain)
                    .every(PERSIST_PERIOD, parts.offsets()::persist)
                    .every(PERSIST_PERIOD, parts.cursors()::persist)
                    .every(PERSIST_PERIOD, parts.transactions()::persist)
                    .every(PERSIST_PERIOD, parts.accounts()::settleWhatMoved)
                    .every(CHECKPOINT_PERIOD, parts.accounts()::persist)
                    .every(SESSION_PERIOD, parts.sessions()::endSilent)
                    .every(Rates.PERIOD, parts.runtime()::sample)
                    .atStop(parts.offsets()::persist)
                    .atStop(parts.cursors()::persist)
                    .atStop(parts.transactions()::persist)
                    .atStop(parts.accounts()::settle)
                    .atStop(parts.accounts()::persist);
            scheduling
                    .step(parts.longPolls()::expire)
                    .step(parts.schedule()::doWork)
                    .step(parts.transactionChecks()::doWork);
            housekeeper.start();
            scheduler.start();

            Registrar registrar = started.push(registrar(client, parts));
            parts.announceThrough(registrar);
            gate.open(parts.handlers());
            awaitFirst(registrar);
            figures = Figures.of(List.of(parts.figures(), () -> connections(server)));
            checks = HealthChecks.of(List.of(store.store().health(), parts.health(), registrar));
            managementAddress = settings.management().enabled() ? startManagement() : null;
            complete = true;
        } catch (IOException e) {
            throw refused("data-dir", settings.dataDir(), e);
        } finally {
            if (!complete) {
                close();
            }
        }
        LOG.info(
                "Broker {} of {} is ready at {}, name server {}, data in {}, {}",
                settings.name(),
                settings.cluster(),
                Addresses.text(address),
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
        return start(settings, BrokerStore::open);
    }

    static Broker start(BrokerSettings settings, OpenedStore.Opener storeOpener) {
        return new Broker(settings, storeOpener);
    }

    /** Where the broker listens, which is what clients are told. */
    public InetSocketAddress address() {
        return address;
    }

    /** Where the name server of this process listens; null if it has none. */
    public @Nullable InetSocketAddress nameServerAddress() {
        return nameServerAddress;
    }

    /** Where health and figures can be read over HTTP; null if they cannot. */
    public @Nullable InetSocketAddress managementAddress() {
        return managementAddress;
    }

    /** What can be counted in this broker; may be read until it is closed. */
    public Figures figures() {
        return figures;
    }

    /** Whether the broker does its work now. */
    public Health health() {
        return Health.of(checks.findings());
    }

    /**
     * What became of the messages of each known consumer group, by its name, as of about a second ago. Empty until what the
     * log holds has been counted.
     */
    public Map<String, GroupAccount> accounts() {
        return accounts.accounts();
    }

    @Override
    public synchronized void close() {
        try {
            started.close();
        } catch (Exception e) {
            LOG.error("The broker {} stopped, but not cleanly", settings.name(), e);
        }
    }

    private InetSocketAddress startNameServer(EventLoops loops, TransportSettings transport) {
        InetSocketAddress bind = new InetSocketAddress(settings.bindAddress(), settings.nameServerPort());
        try {
            return started.push(NameServer.start(loops, transport, bind, clock, errors))
                    .address();
        } catch (IOException e) {
            throw refused("name-server.port", settings.nameServerPort(), e);
        }
    }

    private InetSocketAddress listen(RemotingServer server) {
        try {
            return server.start(new InetSocketAddress(settings.bindAddress(), settings.listenPort()));
        } catch (IOException e) {
            throw refused("listen-port", settings.listenPort(), e);
        }
    }

    private InetSocketAddress startManagement() {
        return started.push(ManagementStart.run(settings.management(), figures, checks, errors))
                .address();
    }

    private static List<Figure> connections(RemotingServer server) {
        return List.of(Figure.gauge(
                "reliable.mq.broker.connections",
                "",
                "Connections to the broker that are open",
                server.connections().size()));
    }

    private OpenedStore openStore(OpenedStore.Opener opener) throws IOException {
        OpenedStore opened = opener.open(settings, clock, errors);
        started.push(opened.store());
        return opened;
    }

    private Registrar registrar(RemotingClient client, BrokerParts parts) {
        RegistrationHeader header = new RegistrationHeader(
                settings.cluster(), settings.name(), settings.brokerId(), Addresses.text(address));
        return new Registrar(client, nameServers(), header, parts.topics()::table, errors);
    }

    private List<String> nameServers() {
        if (settings.nameServers().isEmpty() && nameServerAddress != null) {
            return List.of(Addresses.text(Addresses.local(nameServerAddress)));
        }
        return settings.nameServers();
    }

    /** A name server that is away must not keep the broker from starting: it may come later. */
    private static void awaitFirst(Registrar registrar) {
        try {
            registrar.start().get(FIRST_REGISTRATION_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerStartException("The start of the broker was interrupted.", e);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("Not all name servers answered the first registration; it is repeated");
        }
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
