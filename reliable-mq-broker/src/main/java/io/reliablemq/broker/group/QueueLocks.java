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
 * <p>Thread-safe: guarded by {@code lock}.
 */
public final class QueueLocks {

    private static final long LEASE_NANOS = Duration.ofSeconds(60).toNanos();

    private final Clock clock;
    private final Object lock = new Object();
    private final Map<String, Map<Queue, Lease>> byGroup = new HashMap<>();

    /** A queue of this broker, by the names that clients use. */
    public record Queue(String topic, String brokerName, int queueId) {}

    private record Lease(String clientId, long deadlineNanos) {}

    public QueueLocks(Clock clock) {
        this.clock = clock;
    }

    /** Locks what is free or held by the client already, and returns what the client holds of these queues now. */
    public List<Queue> lock(String group, String clientId, List<Queue> queues) {
        synchronized (lock) {
            Map<Queue, Lease> leases = byGroup.computeIfAbsent(group, name -> new HashMap<>());
            List<Queue> held = new ArrayList<>();
            for (Queue queue : queues) {
                Lease lease = leases.get(queue);
                if (lease == null || lease.clientId().equals(clientId) || isOver(lease)) {
                    leases.put(queue, new Lease(clientId, clock.nanos() + LEASE_NANOS));
                    held.add(queue);
                }
            }
            return held;
        }
    }

    /** Gives up the locks that the client holds. */
    public void unlock(String group, String clientId, List<Queue> queues) {
        synchronized (lock) {
            Map<Queue, Lease> leases = byGroup.get(group);
            if (leases == null) {
                return;
            }
            queues.forEach(queue -> leases.computeIfPresent(
                    queue, (key, lease) -> lease.clientId().equals(clientId) ? null : lease));
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
