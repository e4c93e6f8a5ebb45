package io.reliablemq.client.route;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.protocol.body.Heartbeat;
import io.reliablemq.protocol.body.Heartbeat.ConsumerEntry;
import io.reliablemq.protocol.body.Heartbeat.ProducerEntry;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.UnregisterClientRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells every broker of the known routes who this client is: at once when a member joins or a connection is new, and
 * every {@link ClientSettings#heartbeatInterval()}. Thread-safe.
 */
public final class Heartbeats {

    private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);

    private final String clientId;
    private final RouteTable routes;
    private final Remote remote;
    private final Duration timeout;
    private final Map<String, Integer> producers = new ConcurrentHashMap<>();
    private final Map<String, ConsumerEntry> consumers = new ConcurrentHashMap<>();
    /**
     * Held while a heartbeat is composed and given to its connection, and while a group is left: a heartbeat that still names it
     * and arrives later would make a member that nobody is.
     */
    private final Object order = new Object();

    /** The brokers whose last heartbeat failed, so that each change is logged once. */
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    public Heartbeats(String clientId, ClientSettings settings, RouteTable routes, Remote remote, TaskLoop loop) {
        this.clientId = clientId;
        this.routes = routes;
        this.remote = remote;
        this.timeout = settings.requestTimeout();
        loop.every(settings.heartbeatInterval(), this::sendToAll);
    }

    public String clientId() {
        return clientId;
    }

    public void addProducer(String group) {
        producers.merge(group, 1, Integer::sum);
    }

    /** Leaves the group, if this was its last producer here. Completes when all brokers have heard it or timed out. */
    public CompletableFuture<Void> removeProducer(String group) {
        synchronized (order) {
            Integer left = producers.computeIfPresent(group, (name, count) -> count == 1 ? null : count - 1);
            return left == null
                    ? unregister(new UnregisterClientRequest(clientId, group, null))
                    : CompletableFuture.completedFuture(null);
        }
    }

    /** @throws IllegalStateException if this client has a consumer of that group already */
    public void addConsumer(ConsumerEntry entry) {
        if (consumers.putIfAbsent(entry.group(), entry) != null) {
            throw new IllegalStateException("This client has a consumer of group '" + entry.group()
                    + "' already; merge the subscriptions into one consumer, or use a second client");
        }
    }

    /** Leaves the group. Completes when all brokers have heard it or timed out. */
    public CompletableFuture<Void> removeConsumer(String group) {
        synchronized (order) {
            consumers.remove(group);
            return unregister(new UnregisterClientRequest(clientId, null, group));
        }
    }

    /** Sends to all brokers of the known routes. Completes when all have answered or failed, never exceptionally. */
    public CompletableFuture<Void> sendToAll() {
        return sendToAll(address -> true);
    }

    /** Sends to those brokers of the known routes. Completes when all have answered or failed, never exceptionally. */
    public CompletableFuture<Void> sendToAll(Predicate<String> wanted) {
        return all(addresses().stream().filter(wanted).map(this::sendTo).toList());
    }

    /** Tells the broker on a new connection at once who we are, if the address is a broker's. */
    public void onConnected(String address) {
        if (addresses().contains(address)) {
            sendTo(address);
        }
    }

    /** Sends to one broker. Completes with whether it was accepted, never exceptionally. */
    public CompletableFuture<Boolean> sendTo(String address) {
        if (producers.isEmpty() && consumers.isEmpty()) {
            return CompletableFuture.completedFuture(false);
        }
        return send(address).handle((answer, error) -> judge(address, answer, error));
    }

    /**
     * Finds out whether the broker answers. Completes with whether it does, never exceptionally; a refusal is an answer
     * as well.
     */
    CompletableFuture<Boolean> probe(String address) {
        return send(address).handle((answer, error) -> {
            judge(address, answer, error);
            return error == null;
        });
    }

    private CompletableFuture<Command> send(String address) {
        synchronized (order) {
            return remote.invoke(
                    address, Command.request(RequestCode.HEART_BEAT, Map.of(), JsonBodies.write(content())), timeout);
        }
    }

    private boolean judge(String address, @Nullable Command answer, @Nullable Throwable error) {
        if (answer == null) {
            String problem = error == null ? null : error.getMessage();
            return judge(address, problem == null ? "no answer" : problem);
        }
        return judge(address, answer.isSuccess() ? "" : "it refused with " + answer.code() + " " + answer.remarkText());
    }

    private boolean judge(String address, String problem) {
        if (!problem.isEmpty()) {
            if (failing.add(address)) {
                log.warn("The broker at {} does not take heartbeats of {}: {}", address, clientId, problem);
            }
            return false;
        }
        if (failing.remove(address)) {
            log.info("The broker at {} takes heartbeats again", address);
        }
        return true;
    }

    private Heartbeat content() {
        List<ProducerEntry> producerEntries = new ArrayList<>();
        producers.keySet().forEach(group -> producerEntries.add(new ProducerEntry(group)));
        return new Heartbeat(clientId, producerEntries, List.copyOf(consumers.values()));
    }

    private CompletableFuture<Void> unregister(UnregisterClientRequest request) {
        Command command = Command.request(RequestCode.UNREGISTER_CLIENT, request.fields());
        return all(routes.brokerAddresses(true).stream()
                .map(address -> remote.invoke(address, command, timeout).handle((answer, error) -> {
                    if (error != null) {
                        log.debug("The broker at {} was not told that {} leaves", address, clientId, error);
                    }
                    return error == null;
                }))
                .toList());
    }

    private Set<String> addresses() {
        return routes.brokerAddresses(!consumers.isEmpty());
    }

    private static CompletableFuture<Void> all(List<CompletableFuture<Boolean>> answers) {
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
    }
}
