package io.reliablemq.broker.nameserver;

import io.reliablemq.protocol.body.ClusterInfo;
import io.reliablemq.protocol.header.RegisterBrokerRequest;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.QueueAccess;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.route.TopicSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The brokers that are registered and their topics.
 *
 * <p>A broker may say that it makes retry topics on demand. Such a broker is in the route of every retry topic, with one
 * queue, whether or not it has the topic yet: a consumer asks for the route of its retry topic before its first
 * heartbeat makes that topic, and asks again only half a minute later, which would delay the first retry of a new group
 * by as much. Brokers that do not say so appear with the topics they registered and no others.
 *
 * <p>Thread-safe: everything is guarded by {@code lock}, which is never held across I/O. Answers are values.
 */
final class RouteRegistry {

    private final Object lock = new Object();
    private final Map<String, Broker> brokers = new TreeMap<>();
    private final Map<String, Map<String, QueueAccess>> topics = new HashMap<>();

    /** All addresses of one broker name. */
    private static final class Broker {
        final String cluster;
        final Map<Long, String> addresses = new TreeMap<>();
        boolean retryTopicsOnDemand;

        Broker(String cluster) {
            this.cluster = cluster;
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

    /** Takes the broker and, if it is a master, its topics. Topics it does not mention are kept. */
    void register(RegisterBrokerRequest request, boolean retryTopicsOnDemand, Collection<TopicSettings> settings) {
        synchronized (lock) {
            Broker broker = brokers.computeIfAbsent(request.brokerName(), name -> new Broker(request.clusterName()));
            broker.addresses.values().remove(request.brokerAddress());
            broker.addresses.put(request.brokerId(), request.brokerAddress());
            if (request.brokerId() == BrokerAddresses.MASTER_ID) {
                broker.retryTopicsOnDemand = retryTopicsOnDemand;
                settings.forEach(topic -> put(request.brokerName(), topic));
            }
        }
    }

    private void put(String brokerName, TopicSettings topic) {
        topics.computeIfAbsent(topic.topic(), name -> new TreeMap<>())
                .put(
                        brokerName,
                        new QueueAccess(
                                brokerName,
                                topic.readQueues(),
                                topic.writeQueues(),
                                topic.permission(),
                                topic.systemFlag()));
    }

    /** Removes one address, and with the last address of its broker that broker's topics. */
    void unregister(String brokerName, String address) {
        synchronized (lock) {
            Broker broker = brokers.get(brokerName);
            if (broker == null || !broker.addresses.values().remove(address) || !broker.addresses.isEmpty()) {
                return;
            }
            brokers.remove(brokerName);
            topics.values().forEach(queues -> queues.remove(brokerName));
            topics.values().removeIf(Map::isEmpty);
        }
    }

    void deleteTopic(String topic) {
        synchronized (lock) {
            topics.remove(topic);
        }
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
