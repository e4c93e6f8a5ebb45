package io.reliablemq.broker.nameserver;

import io.reliablemq.protocol.body.ClusterInfo;
import io.reliablemq.protocol.header.RegisterBrokerRequest;
import io.reliablemq.protocol.header.RegisterBrokerResponse;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.QueueAccess;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.route.TopicSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The brokers that are registered and their topics.
 *
 * <p>A broker may say that it makes retry topics on demand. Such a broker is in the route of every retry topic, with one
 * queue, whether or not it has the topic yet: a consumer asks for the route of its retry topic before its first
 * heartbeat makes that topic, and asks again only half a minute later, which would delay the first retry of a new group
 * by as much. Brokers that do not say so appear with the topics they registered and no others.
 *
 * <p>What a master says of its topics counts. As long as there is none, a slave's word does: a name server that was
 * started while the master is away must tell consumers of what they can read from the slave.
 *
 * <p>Thread-safe: everything is guarded by {@code lock}, which is never held across I/O. Answers are values.
 */
final class RouteRegistry {

    private final Object lock = new Object();
    private final Map<String, Broker> brokers = new TreeMap<>();
    private final Map<String, Map<String, QueueAccess>> topics = new HashMap<>();
    private final Consumer<RouteChange> onChange;

    /** @param onChange hears of each change once it can be read, on the thread that brought it about */
    RouteRegistry(Consumer<RouteChange> onChange) {
        this.onChange = onChange;
    }

    /** All addresses of one broker name. */
    private static final class Broker {
        final String cluster;
        final Map<Long, String> addresses = new TreeMap<>();
        boolean retryTopicsOnDemand;

        @Nullable
        String masterReplicationAddress;

        Broker(String cluster) {
            this.cluster = cluster;
        }

        @Nullable
        String master() {
            return addresses.get(BrokerAddresses.MASTER_ID);
        }
    }

    /** The address that holds this broker name and id; null if they are free. */
    @Nullable
    String holder(String brokerName, long brokerId) {
        synchronized (lock) {
            Broker broker = brokers.get(brokerName);
            return broker == null ? null : broker.addresses.get(brokerId);
        }
    }

    /** Where the master of that name is, for its slaves. */
    RegisterBrokerResponse master(String brokerName) {
        synchronized (lock) {
            Broker broker = brokers.get(brokerName);
            String master = broker == null ? null : broker.master();
            return broker == null || master == null
                    ? RegisterBrokerResponse.NO_MASTER
                    : new RegisterBrokerResponse(master, broker.masterReplicationAddress);
        }
    }

    /** Takes the broker and, if it speaks for its name, its topics. Topics it does not mention are kept. */
    void register(RegisterBrokerRequest request, boolean retryTopicsOnDemand, Collection<TopicSettings> settings) {
        RouteChange change;
        synchronized (lock) {
            Broker broker = brokers.computeIfAbsent(request.brokerName(), name -> new Broker(request.clusterName()));
            boolean moved = !request.brokerAddress().equals(broker.addresses.get(request.brokerId()));
            boolean retriesBefore = broker.retryTopicsOnDemand;
            broker.addresses.values().remove(request.brokerAddress());
            broker.addresses.put(request.brokerId(), request.brokerAddress());
            boolean isMaster = request.brokerId() == BrokerAddresses.MASTER_ID;
            if (isMaster) {
                broker.masterReplicationAddress = request.replicationAddress();
            }
            Set<String> changed = new HashSet<>();
            if (isMaster || broker.master() == null) {
                broker.retryTopicsOnDemand = retryTopicsOnDemand;
                settings.stream()
                        .filter(topic -> put(request.brokerName(), topic))
                        .forEach(topic -> changed.add(topic.topic()));
            }
            if (moved) {
                changed.addAll(topicsOf(request.brokerName()));
            }
            boolean retries = broker.retryTopicsOnDemand;
            change = new RouteChange(changed, moved && retries || retries != retriesBefore);
        }
        onChange.accept(change);
    }

    private List<String> topicsOf(String brokerName) {
        return topics.entrySet().stream()
                .filter(topic -> topic.getValue().containsKey(brokerName))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** @return whether that was news */
    private boolean put(String brokerName, TopicSettings topic) {
        QueueAccess access = new QueueAccess(
                brokerName, topic.readQueues(), topic.writeQueues(), topic.permission(), topic.systemFlag());
        return !access.equals(
                topics.computeIfAbsent(topic.topic(), name -> new TreeMap<>()).put(brokerName, access));
    }

    /** Removes one address, and with the last address of its broker that broker's topics. */
    void unregister(String brokerName, String address) {
        RouteChange change;
        synchronized (lock) {
            Broker broker = brokers.get(brokerName);
            if (broker == null || !broker.addresses.values().remove(address)) {
                return;
            }
            change = new RouteChange(Set.copyOf(topicsOf(brokerName)), broker.retryTopicsOnDemand);
            if (broker.addresses.isEmpty()) {
                brokers.remove(brokerName);
                topics.values().forEach(queues -> queues.remove(brokerName));
                topics.values().removeIf(Map::isEmpty);
            }
        }
        onChange.accept(change);
    }

    void deleteTopic(String topic) {
        synchronized (lock) {
            topics.remove(topic);
        }
        onChange.accept(new RouteChange(Set.of(topic), false));
    }

    /** Who has the topic; null if nobody has. */
    @Nullable
    TopicRoute route(String topic) {
        synchronized (lock) {
            Map<String, QueueAccess> queues = new TreeMap<>(topics.getOrDefault(topic, Map.of()));
            if (Names.isRetryTopic(topic)) {
                brokers.forEach((name, broker) -> {
                    if (broker.retryTopicsOnDemand) {
                        queues.putIfAbsent(name, new QueueAccess(name, 1, 1, Permission.READ_WRITE, 0));
                    }
                });
            }
            if (queues.isEmpty()) {
                return null;
            }
            List<BrokerAddresses> addresses =
                    queues.keySet().stream().map(this::addresses).toList();
            return new TopicRoute(addresses, List.copyOf(queues.values()));
        }
    }

    ClusterInfo clusterInfo() {
        synchronized (lock) {
            Map<String, BrokerAddresses> byName = new TreeMap<>();
            Map<String, Set<String>> byCluster = new TreeMap<>();
            brokers.forEach((name, broker) -> {
                byName.put(name, addresses(name));
                byCluster
                        .computeIfAbsent(broker.cluster, cluster -> new TreeSet<>())
                        .add(name);
            });
            return new ClusterInfo(byName, byCluster);
        }
    }

    /** How many addresses are registered, masters and slaves. */
    int addresses() {
        synchronized (lock) {
            return brokers.values().stream()
                    .mapToInt(broker -> broker.addresses.size())
                    .sum();
        }
    }

    List<String> topics() {
        synchronized (lock) {
            return new ArrayList<>(new TreeSet<>(topics.keySet()));
        }
    }

    private BrokerAddresses addresses(String brokerName) {
        Broker broker = brokers.get(brokerName);
        if (broker == null) {
            throw new IllegalStateException("Topics are kept of broker " + brokerName + ", which is not registered");
        }
        return new BrokerAddresses(broker.cluster, brokerName, broker.addresses);
    }
}
