package io.reliablemq.broker.group;

import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which client may consume which queue in order. A lock belongs to a client of a group and lasts for a minute from when
 * it was last asked for. Locks live in memory: after a restart the clients ask again before they go on.
 *
 * <p>Locks that ran out are swept away from time to time, so that groups which are gone, or never were, leave nothing
 * behind. At most {@value #MAX_LEASES} are held; beyond that none is given, and the client asks again.
 *
 * <p>Thread-safe: guarded by {@code lock}.
 */
public final class QueueLocks {

    static final int MAX_LEASES = 100_000;

    private static final long LEASE_NANOS = Duration.ofSeconds(60).toNanos();

    private final Clock clock;
    private final Object lock = new Object();
    private final Map<String, Map<Queue, Lease>> byGroup = new HashMap<>();
    private int leaseCount;
    private long nextSweepNanos;

    /** A queue of this broker, by the names that clients use. */
    public record Queue(String topic, String brokerName, int queueId) {}

    private record Lease(String clientId, long deadlineNanos) {}

    public QueueLocks(Clock clock) {
        this.clock = clock;
        this.nextSweepNanos = clock.nanos() + LEASE_NANOS;
    }

    /** Locks what is free or held by the client already, and returns what the client holds of these queues now. */
    public List<Queue> lock(String group, String clientId, List<Queue> queues) {
        synchronized (lock) {
            sweep();
            Map<Queue, Lease> leases = byGroup.computeIfAbsent(group, name -> new HashMap<>());
            List<Queue> held = new ArrayList<>();
            for (Queue queue : queues) {
                if (give(leases, queue, clientId)) {
                    held.add(queue);
                }
            }
            if (leases.isEmpty()) {
                byGroup.remove(group);
            }
            return held;
        }
    }

    /** Called with the lock held. */
    private boolean give(Map<Queue, Lease> leases, Queue queue, String clientId) {
        Lease lease = leases.get(queue);
        if (lease == null ? leaseCount >= MAX_LEASES : !lease.clientId().equals(clientId) && !isOver(lease)) {
            return false;
        }
        if (leases.put(queue, new Lease(clientId, clock.nanos() + LEASE_NANOS)) == null) {
            leaseCount++;
        }
        return true;
    }

    /** Called with the lock held. */
    private void sweep() {
        if (nextSweepNanos - clock.nanos() > 0) {
            return;
        }
        nextSweepNanos = clock.nanos() + LEASE_NANOS;
        byGroup.values().forEach(leases -> leases.values().removeIf(this::isOver));
        byGroup.values().removeIf(Map::isEmpty);
        leaseCount = byGroup.values().stream().mapToInt(Map::size).sum();
    }

    /** How many locks are kept, run out or not. */
    int size() {
        synchronized (lock) {
            return leaseCount;
        }
    }

    /** Gives up the locks that the client holds. */
    public void unlock(String group, String clientId, List<Queue> queues) {
        synchronized (lock) {
            Map<Queue, Lease> leases = byGroup.get(group);
            if (leases == null) {
                return;
            }
            for (Queue queue : queues) {
                Lease lease = leases.get(queue);
                if (lease != null && lease.clientId().equals(clientId)) {
                    leases.remove(queue);
                    leaseCount--;
                }
            }
            if (leases.isEmpty()) {
                byGroup.remove(group);
            }
        }
    }

    /** Whether a client of the group consumes in order now. */
    public boolean isOrderly(String group) {
        synchronized (lock) {
            Map<Queue, Lease> leases = byGroup.get(group);
            return leases != null && !leases.values().stream().allMatch(this::isOver);
        }
    }

    private boolean isOver(Lease lease) {
        return lease.deadlineNanos() - clock.nanos() <= 0;
    }
}
