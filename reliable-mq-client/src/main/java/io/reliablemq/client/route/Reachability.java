package io.reliablemq.client.route;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.transport.TransportException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which brokers cannot be reached now, and the news when they can be again.
 *
 * <p>A broker counts as cut off from the moment a request fails on its way to it (no connection, connection lost, no
 * answer in time) until it answers a heartbeat. Heartbeats are sent as probes, at once and then at intervals that grow
 * from a quarter of a second to {@link #LONGEST}, for as long as a route names the broker: no message and no pull is
 * risked to find out. A route that names the broker in another way than before ends the interval.
 *
 * <p>Any thread may report and ask; probes and news are the thread {@code rmq-client}'s.
 */
public final class Reachability {

    private static final Logger log = LoggerFactory.getLogger(Reachability.class);

    static final Duration FIRST = Duration.ofMillis(250);
    static final Duration LONGEST = Duration.ofSeconds(4);

    private final RouteTable routes;
    private final Heartbeats heartbeats;
    private final TaskLoop loop;
    private final Map<String, CutOff> cutOff = new ConcurrentHashMap<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    /** The brokers that routes named last. Owned by the thread {@code rmq-client}. */
    private Set<BrokerAddresses> named = Set.of();

    /** Hears of brokers, on the thread {@code rmq-client}. */
    public interface Listener {

        /** A request to the broker has failed on its way. */
        void cutOff(String address);

        /** The broker answers again, or a route names it that did not a moment ago. */
        void back(String address);

        /**
         * What the broker failed at a moment ago says nothing any more: it was started again, as far as can be told from a
         * lost connection, or it, its master or its slaves have come to a route or have left it. Comes before the news that
         * it is back.
         */
        default void renewed(String address) {}
    }

    /** One time of being cut off; told from the next one by identity. */
    private static final class CutOff {
        private Duration pause = FIRST;

        /** Whether the connection was lost, and not only an answer late. */
        private volatile boolean lost;

        CutOff(boolean lost) {
            this.lost = lost;
        }
    }

    public Reachability(RouteTable routes, Heartbeats heartbeats, TaskLoop loop) {
        this.routes = routes;
        this.heartbeats = heartbeats;
        this.loop = loop;
        routes.addListener(topic -> routesChanged());
    }

    public void addListener(Listener listener) {
        listeners.add(listener);
    }

    public void removeListener(Listener listener) {
        listeners.remove(listener);
    }

    /** Whether nothing is known that keeps requests from the broker. */
    public boolean isReachable(String address) {
        return cutOff.isEmpty() || !cutOff.containsKey(address);
    }

    /** Whether no broker at all is cut off. */
    public boolean isEverythingReachable() {
        return cutOff.isEmpty();
    }

    /** A request has failed; takes note of it if that was on the way to a broker. */
    public void failed(String address, Throwable error) {
        if (error instanceof TransportException transport && transport.kind() != TransportException.Kind.OVERLOADED) {
            cutOff(address, transport.kind() != TransportException.Kind.TIMED_OUT);
        }
    }

    /** The connection to the address broke or could not be opened. */
    public void disconnected(String address) {
        cutOff(address, true);
    }

    private void cutOff(String address, boolean lost) {
        CutOff known = cutOff.get(address);
        if (known != null) {
            known.lost |= lost;
            return;
        }
        if (!routes.brokerAddresses(true).contains(address)) {
            return;
        }
        CutOff now = new CutOff(lost);
        if (cutOff.putIfAbsent(address, now) == null) {
            loop.execute(() -> {
                log.debug("The broker at {} is cut off", address);
                routes.refreshThoseOf(address);
                listeners.forEach(listener -> tell(() -> listener.cutOff(address)));
                probe(address, now);
            });
        }
    }

    private void probe(String address, CutOff mine) {
        if (cutOff.get(address) != mine) {
            return;
        }
        heartbeats
                .probe(address)
                .whenComplete((taken, error) -> loop.execute(() -> {
                    if (error == null && taken) {
                        if (cutOff.remove(address, mine)) {
                            log.debug("The broker at {} answers again", address);
                            if (mine.lost) {
                                renewed(address);
                            }
                            back(address);
                        }
                    } else {
                        loop.schedule(mine.pause, () -> probe(address, mine));
                        Duration longer = mine.pause.multipliedBy(2);
                        mine.pause = longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
                    }
                }));
    }

    /**
     * Forgets brokers that no route names any more, and tells of those that one names again or in another way. Such a one is
     * no longer waited for: if it is cut off, it is asked at once.
     */
    private void routesChanged() {
        Set<BrokerAddresses> before = named;
        Set<BrokerAddresses> now = routes.brokers();
        named = now;
        cutOff.keySet().retainAll(addresses(now));
        Set<String> arrived = addresses(now);
        arrived.removeAll(addresses(before));
        Set<BrokerAddresses> changed = new HashSet<>(now);
        changed.removeAll(before);
        for (String address : addresses(changed)) {
            if (!isReachable(address)) {
                probeAnew(address);
                continue;
            }
            renewed(address);
            if (arrived.contains(address)) {
                back(address);
            }
        }
    }

    private static Set<String> addresses(Set<BrokerAddresses> brokers) {
        return brokers.stream()
                .flatMap(broker -> broker.addresses().values().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The probes that are planned for later are given up. */
    private void probeAnew(String address) {
        CutOff now = new CutOff(true);
        cutOff.put(address, now);
        probe(address, now);
    }

    private void renewed(String address) {
        listeners.forEach(listener -> tell(() -> listener.renewed(address)));
    }

    private void back(String address) {
        listeners.forEach(listener -> tell(() -> listener.back(address)));
    }

    private static void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException e) {
            log.error("A listener did not take the news of a broker", e);
        }
    }
}
