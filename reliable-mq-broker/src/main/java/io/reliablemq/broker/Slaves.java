package io.reliablemq.broker;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.Health.Finding;
import io.reliablemq.broker.figures.Health.Status;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.replication.feed.ReplicaState;
import io.reliablemq.broker.replication.state.StateReader;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.role.RoleChangeException;
import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slaves of a master: which of them have what it has. The log's side names them by their data folder, the state's side
 * knows the number and the address of each; here both come together.
 *
 * <p>Thread-safe.
 */
final class Slaves implements Figures, HealthChecks {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    /** A slave asks at least that often for the state. */
    private static final long FORGOTTEN_NANOS = Duration.ofSeconds(15).toNanos();

    private final BrokerRole role;
    private final int neededInSync;
    private final Supplier<List<ReplicaState>> replicas;
    private final Clock clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /** What was in sync at the last look; touched by {@code rmq-housekeeping} only. */
    private Set<String> inSyncBefore = Set.of();

    private record Known(StateReader reader, long heardNanos) {}

    /**
     * @param neededInSync how many brokers must have a message, the master counted
     * @param replicas those that are attached to the log
     */
    Slaves(BrokerRole role, int neededInSync, Supplier<List<ReplicaState>> replicas, Clock clock) {
        this.role = role;
        this.neededInSync = neededInSync;
        this.replicas = replicas;
        this.clock = clock;
    }

    /** The slave has asked for the state. */
    void heardOf(StateReader reader) {
        known.put(reader.replicaId(), new Known(reader, clock.nanos()));
    }

    private @Nullable StateReader reader(ReplicaState replica) {
        Known of = known.get(replica.id());
        return of == null ? null : of.reader();
    }

    /** Whether the slave of this number has what the master has. */
    boolean isInSync(long brokerId) {
        return replicas.get().stream().filter(ReplicaState::inSync).anyMatch(replica -> {
            StateReader reader = reader(replica);
            return reader != null && reader.brokerId() == brokerId;
        });
    }

    /** The slave that lacks least. @throws RoleChangeException if none is in sync */
    Successor successor() throws RoleChangeException {
        List<ReplicaState> attached = replicas.get();
        return attached.stream()
                .filter(ReplicaState::inSync)
                .sorted(Comparator.comparingLong(ReplicaState::lagBytes))
                .map(this::reader)
                .filter(Objects::nonNull)
                .findFirst()
                .map(reader -> new Successor(reader.replicaId(), reader.brokerId(), reader.address()))
                .orElseThrow(() -> new RoleChangeException(
                        attached.isEmpty()
                                ? "There is no slave; start one, and hand over once it is in sync"
                                : "No slave is in sync with log and state; wait until one is: " + attached));
    }

    /** Where the others listen that were heard of, be they in sync or not. */
    List<String> addressesBeside(Successor successor) {
        return known.values().stream()
                .map(Known::reader)
                .filter(reader -> !reader.replicaId().equals(successor.replicaId()))
                .map(StateReader::address)
                .sorted()
                .toList();
    }

    /** Tells the log what changed, and forgets who was not heard of for long. */
    void look() {
        long now = clock.nanos();
        known.values().removeIf(one -> now - one.heardNanos() > FORGOTTEN_NANOS);
        Set<String> inSync = new TreeSet<>();
        replicas.get().stream().filter(ReplicaState::inSync).forEach(replica -> inSync.add(name(replica)));
        if (!inSync.equals(inSyncBefore)) {
            if (inSync.size() + 1 < neededInSync) {
                LOG.warn(
                        "In sync: {}, before: {}. {} needs {} besides this master, so that sends are answered"
                                + " SLAVE_NOT_AVAILABLE",
                        inSync,
                        inSyncBefore,
                        role,
                        neededInSync - 1);
            } else {
                LOG.info("In sync: {}, before: {}", inSync, inSyncBefore);
            }
            inSyncBefore = inSync;
        }
    }

    private String name(ReplicaState replica) {
        StateReader reader = reader(replica);
        return reader == null ? replica.address() : "slave " + reader.brokerId() + " at " + reader.address();
    }

    /** By its number, as soon as that is known. */
    private String label(ReplicaState replica) {
        StateReader reader = reader(replica);
        return reader == null ? replica.address() : Long.toString(reader.brokerId());
    }

    /** The master counted. */
    private static long countInSync(List<ReplicaState> attached) {
        return 1 + attached.stream().filter(ReplicaState::inSync).count();
    }

    /** How many are in sync, and how far each slave is, for whoever asks for the broker's health. */
    Map<String, Object> standing() {
        List<ReplicaState> attached = replicas.get();
        Map<String, Object> slaves = new TreeMap<>();
        attached.forEach(replica -> slaves.put(label(replica), standing(replica)));
        Map<String, Object> standing = new LinkedHashMap<>();
        standing.put("inSync", countInSync(attached));
        standing.put("slaves", slaves);
        return standing;
    }

    private static Map<String, Object> standing(ReplicaState replica) {
        Map<String, Object> standing = new LinkedHashMap<>();
        standing.put("inSync", replica.inSync());
        standing.put("lagBytes", replica.lagBytes());
        standing.put("lagMillis", replica.lag().toMillis());
        return standing;
    }

    @Override
    public List<Figure> read() {
        List<Figure> figures = new ArrayList<>();
        List<ReplicaState> attached = replicas.get();
        for (ReplicaState replica : attached) {
            String slave = label(replica);
            figures.add(Figure.gauge(
                            "reliable.mq.broker.slave.lag.size",
                            Figure.BYTES,
                            "Log that a slave has not confirmed",
                            replica.lagBytes())
                    .tagged("slave", slave));
            figures.add(Figure.gauge(
                            "reliable.mq.broker.slave.lag",
                            Figure.SECONDS,
                            "For how long the oldest of it has been on its way",
                            replica.lag().toNanos() / 1e9)
                    .tagged("slave", slave));
            figures.add(Figure.gauge(
                            "reliable.mq.broker.slave.insync",
                            "",
                            "1 while a slave is heard of and near enough to be waited for",
                            replica.inSync() ? 1 : 0)
                    .tagged("slave", slave));
        }
        figures.add(Figure.gauge(
                "reliable.mq.broker.insync",
                "",
                "Brokers that have what the master has, the master counted",
                countInSync(attached)));
        return figures;
    }

    @Override
    public List<Finding> findings() {
        long inSync = countInSync(replicas.get());
        return inSync >= neededInSync
                ? List.of()
                : List.of(new Finding(
                        "replication",
                        Status.DEGRADED,
                        "Only " + inSync + " brokers are in sync, the master counted, and " + role + " needs "
                                + neededInSync + ": sends are answered SLAVE_NOT_AVAILABLE",
                        "Messages are kept and go to the slaves once these are back. Start the slaves, or look why they do"
                                + " not follow."));
    }
}
