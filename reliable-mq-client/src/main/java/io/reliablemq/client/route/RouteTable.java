package io.reliablemq.client.route;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.TopicMissingException;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes of the topics in use.
 *
 * <p>Any thread may read and ask; what is read is an immutable snapshot. A name server of ours tells when a route has
 * changed, and the route is asked for at once. Besides, routes are asked for again every
 * {@link ClientSettings#routeRefreshInterval()}, those of consumers more often where the name server does not tell, those
 * that a consumer waits for every second, and after a failure at once; questions about one topic are shared and at least
 * {@link #QUIET} apart. A route that has been known is kept when name servers cannot be reached or have forgotten it: a
 * stale route is better than none. After a broker has left a route its return is looked for every second, for some
 * minutes: most brokers that go come back soon.
 */
public final class RouteTable {

    private static final Logger log = LoggerFactory.getLogger(RouteTable.class);

    /** The shortest time between two questions about one topic. */
    static final Duration QUIET = Duration.ofMillis(100);

    private static final Duration TICK = Duration.ofSeconds(1);

    /** How old a consumer's route gets where the name server, one of Apache RocketMQ, does not tell of changes. */
    static final Duration UNTOLD = Duration.ofSeconds(5);

    /** How long the return of a broker that has left a route is looked for. */
    static final Duration EXPECTED_BACK = Duration.ofMinutes(3);

    private final NameServers nameServers;
    private final KnownBrokers knownBrokers;
    private final TaskLoop loop;
    private final Clock clock;
    private final Duration refreshInterval;
    private final Map<String, KnownTopic> topics = new ConcurrentHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    public RouteTable(ClientSettings settings, Remote remote, TaskLoop loop, Clock clock) {
        this.nameServers = new NameServers(settings.nameServers(), remote, settings.requestTimeout());
        this.knownBrokers = new KnownBrokers(nameServers, loop, clock);
        this.loop = loop;
        this.clock = clock;
        this.refreshInterval = settings.routeRefreshInterval();
        loop.every(TICK, this::tick);
    }

    /** Tells of each topic whose route is new or has changed, on the thread {@code rmq-client}. */
    public void addListener(Consumer<String> listener) {
        listeners.add(listener);
    }

    public void removeListener(Consumer<String> listener) {
        listeners.remove(listener);
    }

    /** The topic's own route, or null as long as no name server knows the topic. */
    public @Nullable TopicRoute route(String topic) {
        KnownTopic known = topics.get(topic);
        return known == null ? null : known.route;
    }

    /** Begins to ask for the topic, and goes on every second until it has a route. Completes after the first answer. */
    public CompletableFuture<Optional<TopicRoute>> await(String topic) {
        KnownTopic wanted = topic(topic);
        wanted.awaited = true;
        return ask(wanted);
    }

    /**
     * Completes once a name server has answered, or with a {@link RouteUnavailableException}. What is asked for is what
     * the first send to a new topic needs.
     */
    public CompletableFuture<Void> reach() {
        return ask(topic(Names.AUTO_CREATE_TOPIC)).thenAccept(found -> {});
    }

    /**
     * Asks for the topic once. Completes with its route, or empty if no name server knows it. That no one knows it is always
     * asked anew, and not taken from an earlier question: a topic that a send of a moment ago has created is found.
     */
    public CompletableFuture<Optional<TopicRoute>> once(String topic) {
        KnownTopic wanted = topic(topic);
        boolean asksNow = wanted.question.mayAsk(clock.nanos());
        CompletableFuture<Optional<TopicRoute>> answer = ask(wanted);
        return asksNow ? answer : answer.thenCompose(found -> found.isPresent() ? answer : askLater(wanted));
    }

    private CompletableFuture<Optional<TopicRoute>> askLater(KnownTopic topic) {
        CompletableFuture<Optional<TopicRoute>> answer = new CompletableFuture<>();
        loop.schedule(
                QUIET,
                () -> ask(topic).whenComplete((found, error) -> {
                    if (error == null) {
                        answer.complete(found);
                    } else {
                        answer.completeExceptionally(error);
                    }
                }));
        return answer;
    }

    /**
     * Where to send the topic's messages: its own route or, where it has none, that of the topic whose settings new
     * topics inherit. Completes exceptionally where there is neither: with {@link TopicMissingException} if the name servers know
     * brokers, which therefore do not have it; with {@link RouteUnavailableException} if they know none or cannot be asked, so that
     * nobody can tell yet.
     */
    public CompletableFuture<PublishRoute> publishRoute(String topic) {
        KnownTopic wanted = topic(topic);
        CompletableFuture<PublishRoute> own = wanted.published;
        if (own != null) {
            return own;
        }
        CompletableFuture<Optional<TopicRoute>> question = ask(wanted);
        TopicRoute inherited = topic(Names.AUTO_CREATE_TOPIC).route;
        if (wanted.unknown && inherited != null) {
            // The first send creates the topic, so its own route is soon to be had; this send need not wait for it.
            return CompletableFuture.completedFuture(new PublishRoute(inherited, true));
        }
        return question.thenCompose(
                found -> found.map(route -> CompletableFuture.completedFuture(new PublishRoute(route, false)))
                        .orElseGet(() -> inheritedRoute(topic)));
    }

    private CompletableFuture<PublishRoute> inheritedRoute(String topic) {
        return ask(topic(Names.AUTO_CREATE_TOPIC))
                .thenCompose(
                        found -> found.map(route -> CompletableFuture.completedFuture(new PublishRoute(route, true)))
                                .orElseGet(() -> missing(topic)));
    }

    private CompletableFuture<PublishRoute> missing(String topic) {
        return knownBrokers
                .any()
                .thenCompose(any -> CompletableFuture.failedFuture(
                        any ? new TopicMissingException(topic) : nameServers.withoutBrokers(topic)));
    }

    /** Asks for the topic's route soon, because what is known seems to be out of date. */
    public void refresh(String topic) {
        KnownTopic stale = topic(topic);
        ask(stale);
        if (stale.route == null) {
            ask(topic(Names.AUTO_CREATE_TOPIC));
        }
    }

    /** A name server says that these routes have changed. To be called on the thread {@code rmq-client}. */
    public void changed(List<String> names) {
        for (String name : names) {
            KnownTopic topic = topics.get(name);
            if (topic != null) {
                askAnew(topic);
            }
        }
    }

    /** The connection to the address broke: if it is a name server's, nobody tells of changes until another is asked. */
    public void disconnected(String address) {
        loop.execute(() -> {
            for (KnownTopic topic : topics.values()) {
                if (address.equals(topic.watchedAt)) {
                    topic.watchedAt = null;
                    askAnew(topic);
                }
            }
        });
    }

    /** Asks soon for all routes that name the broker, because it seems to be gone. */
    void refreshThoseOf(String address) {
        for (KnownTopic topic : topics.values()) {
            TopicRoute route = topic.route;
            if (route != null
                    && route.brokers().stream()
                            .anyMatch(broker -> broker.addresses().containsValue(address))) {
                askAnew(topic);
            }
        }
    }

    /** All brokers in known routes, each with the addresses that a route gives it. */
    Set<BrokerAddresses> brokers() {
        Set<BrokerAddresses> brokers = new HashSet<>();
        for (KnownTopic topic : topics.values()) {
            TopicRoute route = topic.route;
            if (route != null) {
                brokers.addAll(route.brokers());
            }
        }
        return brokers;
    }

    /** The addresses of all brokers in known routes, in order. */
    public Set<String> brokerAddresses(boolean slavesToo) {
        Set<String> addresses = new TreeSet<>();
        for (KnownTopic topic : topics.values()) {
            TopicRoute route = topic.route;
            if (route != null) {
                for (BrokerAddresses broker : route.brokers()) {
                    broker.addresses().forEach((id, address) -> {
                        if (slavesToo || id == BrokerAddresses.MASTER_ID) {
                            addresses.add(address);
                        }
                    });
                }
            }
        }
        return addresses;
    }

    private KnownTopic topic(String name) {
        return topics.computeIfAbsent(name, KnownTopic::new);
    }

    private void tick() {
        for (KnownTopic topic : topics.values()) {
            boolean missing = topic.awaited && topic.route == null;
            long now = clock.nanos();
            if (missing || topic.isExpectedToGrow(now) || topic.question.isOlderThan(mostAge(topic), now)) {
                ask(topic);
            }
        }
    }

    private Duration mostAge(KnownTopic topic) {
        boolean untold = topic.awaited && topic.watchedAt == null;
        return untold && refreshInterval.compareTo(UNTOLD) > 0 ? UNTOLD : refreshInterval;
    }

    /**
     * Asks with a question of its own: the answer to one that is under way, or came a moment ago, may be older than the
     * change. On the thread {@code rmq-client}.
     */
    private void askAnew(KnownTopic topic) {
        if (topic.question.mayAsk(clock.nanos())) {
            ask(topic);
        } else if (!topic.willAskAnew) {
            topic.willAskAnew = true;
            loop.schedule(QUIET, () -> {
                topic.willAskAnew = false;
                askAnew(topic);
            });
        }
    }

    private CompletableFuture<Optional<TopicRoute>> ask(KnownTopic topic) {
        CompletableFuture<Optional<TopicRoute>> mine = new CompletableFuture<>();
        CompletableFuture<Optional<TopicRoute>> current = topic.question.join(mine, clock.nanos());
        if (current == mine) {
            try {
                nameServers
                        .route(topic.name)
                        .whenComplete((found, error) -> loop.execute(() -> {
                            try {
                                answered(topic, mine, found, error);
                            } finally {
                                // Nobody asks again for as long as a question has no end.
                                mine.completeExceptionally(
                                        new IllegalStateException("The route could not be taken over"));
                            }
                        }));
            } catch (RuntimeException | Error e) {
                mine.completeExceptionally(e);
            }
        }
        return current;
    }

    private void answered(
            KnownTopic topic,
            CompletableFuture<Optional<TopicRoute>> mine,
            @Nullable RouteAnswer found,
            @Nullable Throwable error) {
        if (found != null) {
            TopicRoute route = found.route();
            topic.unknown = route == null;
            topic.watchedAt = found.watchedAt();
            if (route != null) {
                take(topic, route);
            }
            mine.complete(Optional.ofNullable(route == null ? topic.route : route));
            if (topic.awaited && topic.route == null && !topic.missed) {
                topic.missed = true;
                warnIfNobodyCreates(topic.name);
            }
        } else if (error != null) {
            log.debug("No route of '{}': {}", topic.name, error.toString());
            topic.watchedAt = null;
            mine.completeExceptionally(error);
        }
    }

    /** Whoever waits for a topic that only an administrator can make would otherwise wait without a word. */
    private void warnIfNobodyCreates(String name) {
        if (Names.isRetryTopic(name) || Names.isDeadLetterTopic(name)) {
            // The broker makes those, with the first message that they are for.
            return;
        }
        ask(topic(Names.AUTO_CREATE_TOPIC))
                .thenAccept(inherited -> inherited.ifPresentOrElse(
                        found -> log.debug("Topic '{}' does not exist yet; the first send creates it", name),
                        () -> log.warn(
                                "Topic '{}' is consumed, but no broker has it and none creates topics by sending: create it",
                                name)));
    }

    private void take(KnownTopic topic, TopicRoute route) {
        if (route.equals(topic.route)) {
            return;
        }
        log.info("Topic '{}' is at {}", topic.name, describe(route));
        topic.replace(route, clock.nanos());
        for (Consumer<String> listener : listeners) {
            try {
                listener.accept(topic.name);
            } catch (RuntimeException e) {
                log.error("A listener did not take the new route of topic '{}'", topic.name, e);
            }
        }
    }

    private static String describe(TopicRoute route) {
        return route.queues().stream()
                .map(queues -> queues.brokerName() + " (" + queues.writeQueues() + " queues)")
                .collect(Collectors.joining(", "));
    }
}
