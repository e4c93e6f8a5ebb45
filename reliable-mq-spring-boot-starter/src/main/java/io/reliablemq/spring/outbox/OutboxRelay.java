package io.reliablemq.spring.outbox;

import io.reliablemq.client.api.Producer;
import io.reliablemq.protocol.runtime.AgentRunner;
import io.reliablemq.protocol.runtime.Clock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Sends the messages of the outbox, in order for each ordering key, and shares them with the other instances of the application.
 * Can be stopped and started again; thread-safe.
 */
public final class OutboxRelay implements SmartLifecycle {

    /** It starts before the web server and the listeners, and stops after them, so that what they wrote last is sent. */
    public static final int PHASE = Integer.MAX_VALUE - 4096;

    private static final Logger log = LoggerFactory.getLogger(OutboxRelay.class);

    private final DataSource dataSource;
    private final OutboxTable table;
    private final OutboxSettings settings;
    private final Producer producer;
    private final RelaySignal signal;
    private final RelayStatus status;
    private final Clock clock;
    private @Nullable AgentRunner runner;

    OutboxRelay(
            DataSource dataSource,
            OutboxTable table,
            OutboxSettings settings,
            Producer producer,
            RelaySignal signal,
            RelayStatus status,
            Clock clock) {
        this.dataSource = dataSource;
        this.table = table;
        this.settings = settings;
        this.producer = producer;
        this.signal = signal;
        this.status = status;
        this.clock = clock;
    }

    /** Does not ask the database: one that is away does not keep the application from starting. */
    @Override
    public synchronized void start() {
        if (runner != null) {
            return;
        }
        LaneClaims claims = new LaneClaims(
                new LaneTable(dataSource, settings.tablePrefix()),
                settings.relay().lease(),
                clock);
        RelayAgent agent = new RelayAgent(table, claims, producer, settings, signal, status, clock);
        AgentRunner made =
                new AgentRunner(agent, (where, error) -> log.error("{} met an error and goes on", where, error));
        signal.onChange(made::signal);
        runner = made.start();
        log.info("The outbox is sent by this instance, {}, and others of the application", claims.instance());
    }

    /** Waits for the sends on their way, up to the send time-out. */
    @Override
    public synchronized void stop() {
        AgentRunner running = runner;
        if (running != null) {
            running.close();
            signal.onChange(null);
            runner = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return runner != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
