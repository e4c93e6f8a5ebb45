package io.reliablemq.spring.outbox;

import io.reliablemq.client.api.Producer;
import io.reliablemq.protocol.runtime.Clock;
import javax.sql.DataSource;

/** Puts the outbox of one {@code DataSource} together. */
public final class JdbcOutboxParts {

    private final DataSource dataSource;
    private final OutboxSettings settings;
    private final Clock clock;
    private final OutboxTable table;
    private final OutboxRoom room;
    private final RelaySignal signal = new RelaySignal();
    private final RelayStatus status = new RelayStatus();

    public JdbcOutboxParts(DataSource dataSource, OutboxSettings settings) {
        this(dataSource, settings, Clock.SYSTEM);
    }

    JdbcOutboxParts(DataSource dataSource, OutboxSettings settings, Clock clock) {
        this.dataSource = dataSource;
        this.settings = settings;
        this.clock = clock;
        this.table = new OutboxTable(dataSource, settings.tablePrefix());
        this.room = new OutboxRoom(table, settings.maxRows(), clock);
    }

    public JdbcOutbox outbox() {
        return new JdbcOutbox(dataSource, table, room, signal, clock);
    }

    /** @param producer sends; not closed with the relay */
    public OutboxRelay relay(Producer producer) {
        return new OutboxRelay(dataSource, table, settings, producer, signal, status, clock);
    }

    public OutboxMonitor monitor() {
        return new OutboxMonitor(table, room, status, clock);
    }

    public ParkedMessages parkedMessages() {
        return new ParkedMessages(table, signal);
    }
}
