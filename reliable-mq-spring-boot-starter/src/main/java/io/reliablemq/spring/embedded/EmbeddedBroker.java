package io.reliablemq.spring.embedded;

import io.reliablemq.broker.Broker;
import io.reliablemq.broker.BrokerEnvironment;
import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.broker.BrokerSettings;
import io.reliablemq.broker.TlsBundles;
import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Health;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * A broker that lives as long as the application.
 *
 * <p>It starts while beans are made and ends when they are destroyed, so that whatever depends on it can send from its
 * first method to its last. When the context is only stopped or paused, it stops after everything else, which frees
 * folder and ports, and starts again before everything else, on the same ports. Thread-safe.
 */
public final class EmbeddedBroker
        implements InitializingBean,
                DisposableBean,
                SmartLifecycle,
                ApplicationContextAware,
                ApplicationListener<ContextClosedEvent> {

    /** Before everything that sends or listens; stops after it. */
    public static final int PHASE = Integer.MIN_VALUE / 2;

    private static final Log log = LogFactory.getLog(EmbeddedBroker.class);

    private final BrokerProperties properties;
    private final TlsBundles bundles;
    private final BrokerEnvironment environment;

    /** Guards {@link #broker} and the properties. */
    private final ReentrantLock lifecycleLock = new ReentrantLock();

    private volatile @Nullable Broker broker;
    private volatile List<String> named = List.of();
    private volatile boolean closing;
    private @Nullable ApplicationContext context;

    /** As the other, with plain connections only, on this machine as it is. */
    public EmbeddedBroker(BrokerProperties properties) {
        this(properties, TlsBundles.NONE, BrokerEnvironment.MACHINE);
    }

    /**
     * @param properties its own from now on; ports of 0 become those found at the first start
     * @param bundles where its certificate is found
     * @param environment what the broker lives in
     */
    public EmbeddedBroker(BrokerProperties properties, TlsBundles bundles, BrokerEnvironment environment) {
        this.properties = properties;
        this.bundles = bundles;
        this.environment = environment;
    }

    @Override
    public void setApplicationContext(ApplicationContext applicationContext) {
        this.context = applicationContext;
    }

    @Override
    public void afterPropertiesSet() {
        start();
    }

    @Override
    public void start() {
        lifecycleLock.lock();
        try {
            if (broker != null) {
                return;
            }
            BrokerSettings settings = properties.toSettings(bundles);
            Broker started = Broker.start(settings, environment);
            named = settings.nameServers();
            broker = started;
            keepPorts(started);
        } finally {
            lifecycleLock.unlock();
        }
    }

    /**
     * Name servers that know the broker, {@code host:port}: those of its settings, else its own.
     *
     * @throws IllegalStateException while it does not run
     */
    public List<String> nameServers() {
        Broker running = broker;
        if (running == null) {
            throw new IllegalStateException("The embedded broker does not run, so no name server knows it");
        }
        InetSocketAddress address = running.nameServerAddress();
        // With others named it does not register with its own, even where that runs for somebody else.
        if (!named.isEmpty() || address == null) {
            return named;
        }
        return List.of(hostAndPort(address));
    }

    /** What can be counted in the broker now; nothing while it does not run. */
    public List<Figure> figures() {
        Broker running = broker;
        return running == null ? List.of() : running.figures().read();
    }

    /** How many messages of the group wait for another attempt at this moment; none while the broker does not run. */
    public long retrying(String group) {
        Broker running = broker;
        return running == null ? 0 : running.retrying(group);
    }

    /** Whether the broker does its work; null while it does not run. */
    public @Nullable Health health() {
        Broker running = broker;
        return running == null ? null : running.health();
    }

    @Override
    public void stop() {
        // While the context closes, beans that are still to be destroyed may send: destroy() is then the last.
        if (!closing) {
            close();
        }
    }

    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        if (event.getApplicationContext() == context) {
            closing = true;
        }
    }

    @Override
    public void destroy() {
        close();
    }

    @Override
    public boolean isRunning() {
        return broker != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    private void close() {
        lifecycleLock.lock();
        try {
            Broker running = broker;
            if (running != null) {
                broker = null;
                running.close();
                log.info("Embedded broker '" + properties.getName() + "' has stopped, everything is flushed");
            }
        } finally {
            lifecycleLock.unlock();
        }
    }

    /** Clients keep the addresses of the first start, so a later start must have the same. */
    private void keepPorts(Broker started) {
        properties.setListenPort(started.address().getPort());
        InetSocketAddress nameServer = started.nameServerAddress();
        if (nameServer != null) {
            properties.getNameServer().setPort(nameServer.getPort());
        }
        InetSocketAddress management = started.managementAddress();
        if (management != null) {
            properties.getManagement().setPort(management.getPort());
        }
    }

    private static String hostAndPort(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        String name =
                host.isAnyLocalAddress() ? InetAddress.getLoopbackAddress().getHostAddress() : host.getHostAddress();
        return (name.indexOf(':') < 0 ? name : "[" + name + "]") + ":" + address.getPort();
    }
}
