package io.reliablemq.broker.nameserver;

import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.transport.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Until when each broker counts as alive: it must speak within the time it promised, and its connection must stay open. A
 * broker of this process has none.
 *
 * <p>Thread-safe: guarded by {@code lock}. Time is elapsed time, so that a jump of the wall clock removes nobody.
 */
final class BrokerLiveness {

    private final Clock clock;
    private final Object lock = new Object();
    private final Map<BrokerAddress, Lease> leases = new HashMap<>();

    BrokerLiveness(Clock clock) {
        this.clock = clock;
    }

    /** A broker and where it listens. */
    record BrokerAddress(String brokerName, String address) {}

    private record Lease(@Nullable Connection connection, Duration timeout, long deadlineNanos) {

        boolean isOpen() {
            return connection == null || connection.isOpen();
        }
    }

    /** The broker spoke. @return whether it was unknown, or came over another connection than before */
    boolean renew(BrokerAddress broker, @Nullable Connection connection, Duration timeout) {
        synchronized (lock) {
            Lease before = leases.put(broker, new Lease(connection, timeout, clock.nanos() + timeout.toNanos()));
            return before == null || !Objects.equals(before.connection(), connection);
        }
    }

    /** The broker spoke without saying how long that is to count: as long as it said before. */
    void renew(BrokerAddress broker) {
        synchronized (lock) {
            leases.computeIfPresent(
                    broker,
                    (key, lease) -> new Lease(
                            lease.connection(),
                            lease.timeout(),
                            clock.nanos() + lease.timeout().toNanos()));
        }
    }

    /** Whether the broker is known and neither silent nor cut off. */
    boolean isAlive(BrokerAddress broker) {
        synchronized (lock) {
            Lease lease = leases.get(broker);
            return lease != null && lease.isOpen() && lease.deadlineNanos() - clock.nanos() > 0;
        }
    }

    /** Forgets the broker. @return false if it is unknown, or was heard over another connection since */
    boolean remove(BrokerAddress broker, @Nullable Connection connection) {
        synchronized (lock) {
            Lease lease = leases.get(broker);
            if (lease == null || connection != null && !connection.equals(lease.connection())) {
                return false;
            }
            leases.remove(broker);
            return true;
        }
    }

    /** Forgets the brokers whose time is over, and returns them. */
    List<BrokerAddress> expire() {
        synchronized (lock) {
            List<BrokerAddress> silent = new ArrayList<>();
            leases.forEach((broker, lease) -> {
                if (lease.deadlineNanos() - clock.nanos() <= 0) {
                    silent.add(broker);
                }
            });
            silent.forEach(leases::remove);
            return silent;
        }
    }

    /** Nanoseconds until the next broker's time is over; {@link Long#MAX_VALUE} if there is none. */
    long nanosToNextDeadline() {
        synchronized (lock) {
            long next = Long.MAX_VALUE;
            for (Lease lease : leases.values()) {
                next = Math.min(next, Math.max(1, lease.deadlineNanos() - clock.nanos()));
            }
            return next;
        }
    }
}
