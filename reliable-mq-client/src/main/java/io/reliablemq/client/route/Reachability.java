package io.reliablemq.client.route;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.protocol.transport.TransportException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which brokers cannot be reached now, and the news when they can be again.
 *
 * <p>A broker counts as cut off from the moment a request fails on its way to it (no connection, connection lost, no
 * answer in time) until it answers a heartbeat. Heartbeats are sent as probes, at once and then at intervals that grow
 * from a quarter of a second to {@link #LONGEST}, for as long as a route names the broker: no message and no pull is
 * risked to find out.
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

    /** The addresses that routes named last. Owned by the thread {@code rmq-client}. */
    private Set<String> named = Set.of();

    /** Hears of brokers, on the thread {@code rmq-client}. */
    public interface Listener {

        /** A request to the broker has failed on its way. */
        void cutOff(String address);

        /** The broker answers again, or a route names it that did not a moment ago. */
        void back(String address);
    }

    /** One time of being cut off; told from the next one by identity. */
    private static final class CutOff {
        private Duration pause = FIRST;
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
            disconnected(address);
        }
    }

    /** The connection to the address broke or could not be opened. */
    public void disconnected(String address) {
        if (cutOff.containsKey(address) || !routes.brokerAddresses(true).contains(address)) {
            return;
        }
        CutOff now = new CutOff();
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
                            back(address);
                        }
                    } else {
                        loop.schedule(mine.pause, () -> probe(address, mine));
                        Duration longer = mine.pause.multipliedBy(2);
                        mine.pause = longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
                    }
                }));
    }

    /** Forgets brokers that no route names any more, and tells of those that one names again. */
    private void routesChanged() {
        Set<String> before = named;
        Set<String> now = routes.brokerAddresses(true);
        named = now;
        cutOff.keySet().retainAll(now);
        Set<String> arrived = new HashSet<>(now);
        arrived.removeAll(before);
        arrived.stream().filter(this::isReachable).forEach(this::back);
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
