package io.reliablemq.broker;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.nameserver.NameServer;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.TransportSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A name server without a broker: routes in memory, nothing on disk. Any number of them run side by side and know nothing
 * of each other.
 *
 * <p>Thread-safe; closing twice does nothing.
 */
public final class NameServerProcess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NameServerProcess.class);

    private final CloseStack started = new CloseStack();
    private final NameServer nameServer;
    private final @Nullable InetSocketAddress managementAddress;

    private NameServerProcess(NameServerSettings settings) {
        ErrorSink errors = (where, error) -> LOG.error("Error in {}", where, error);
        boolean complete = false;
        try {
            TransportSettings transport = TransportSettings.defaults()
                    .withMaxConnections(settings.maxConnections())
                    .withTls(settings.tls());
            EventLoops loops = started.push(EventLoops.create("rmq-io", transport.ioThreads()));
            InetSocketAddress bind = new InetSocketAddress(settings.bindAddress(), settings.port());
            nameServer = started.push(NameServer.start(loops, transport, bind, Clock.SYSTEM, errors));
            managementAddress = settings.management().enabled()
                    ? started.push(ManagementStart.run(
                                    settings.management(), this::figures, this::health, Map.of(), errors))
                            .address()
                    : null;
            complete = true;
        } catch (IOException e) {
            throw Broker.refused("name-server.port", settings.port(), e);
        } finally {
            if (!complete) {
                close();
            }
        }
        LOG.info("The name server is ready at {}", Addresses.text(nameServer.address()));
    }

    /**
     * Starts a name server and returns once it serves requests.
     *
     * @throws BrokerStartException with one sentence that names the setting to change
     */
    public static NameServerProcess start(NameServerSettings settings) {
        return new NameServerProcess(settings);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return nameServer.address();
    }

    /** Where health and figures can be read over HTTP; null if they cannot. */
    public @Nullable InetSocketAddress managementAddress() {
        return managementAddress;
    }

    /** Whether it does its work now: it does as long as it answers. */
    public Health health() {
        return Health.of(List.of());
    }

    private List<Figure> figures() {
        return List.of(
                gauge("brokers", "Brokers that are registered, masters and slaves", nameServer.brokers()),
                gauge("topics", "Topics that have a route", nameServer.topics()),
                gauge("watchers", "Clients that are told of changes of routes", nameServer.watchers()),
                gauge("connections", "Connections that are open", nameServer.connections()));
    }

    private static Figure gauge(String name, String help, int value) {
        return Figure.gauge("reliable.mq.name.server." + name, "", help, value);
    }

    @Override
    public synchronized void close() {
        try {
            started.close();
        } catch (Exception e) {
            LOG.error("The name server stopped, but not cleanly", e);
        }
    }
}
