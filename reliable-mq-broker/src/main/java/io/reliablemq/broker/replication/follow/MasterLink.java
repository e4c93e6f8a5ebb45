package io.reliablemq.broker.replication.follow;

import io.reliablemq.broker.replication.ReplicationSettings;
import io.reliablemq.broker.replication.wire.Confirmation;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.transport.Connection;

/**
 * A connection on which a master sends its log. Whoever hears or says something notes it; any thread may ask.
 */
final class MasterLink {

    private final Connection connection;
    private final ReplicationSettings settings;
    private final Clock clock;
    private volatile long heardNanos;
    private volatile long saidNanos;
    private volatile long confirmed;
    private volatile boolean writing;

    /** @param position up to which this side has the log */
    MasterLink(Connection connection, long position, ReplicationSettings settings, Clock clock) {
        this.connection = connection;
        this.settings = settings;
        this.clock = clock;
        this.confirmed = position;
        this.heardNanos = clock.nanos();
        this.saidNanos = clock.nanos();
    }

    Connection connection() {
        return connection;
    }

    /** Something has come. */
    void heard() {
        heardNanos = clock.nanos();
    }

    /** Says how far this side has the log. */
    void confirm(long position) {
        confirmed = position;
        saidNanos = clock.nanos();
        connection.sendOneWay(new Confirmation(position).command());
        // The master's producers wait for it; what this side has still to do for itself can wait.
        connection.flush();
    }

    /**
     * Says that this side is there, if it has said nothing for long.
     *
     * @return nanoseconds until it is due again
     */
    long keepAlive() {
        long interval = settings.keepAlive().toNanos();
        long left = saidNanos + interval - clock.nanos();
        if (left > 0) {
            return left;
        }
        confirm(confirmed);
        return interval;
    }

    /** Runs what may wait for the disk on the loop of this connection, which hears nothing meanwhile. */
    void whileWriting(Runnable action) {
        writing = true;
        try {
            action.run();
        } finally {
            heard();
            writing = false;
        }
    }

    /** Whether the master has said nothing for longer than it would if it were there. */
    boolean isSilent() {
        return !writing && clock.nanos() - heardNanos > settings.silence().toNanos();
    }
}
