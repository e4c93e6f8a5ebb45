package io.reliablemq.broker.registration;

import io.reliablemq.broker.figures.Health.Finding;
import io.reliablemq.broker.figures.Health.Status;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.topic.TopicAnnouncer;
import io.reliablemq.protocol.body.TopicTable;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.AgentRunner;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the broker and its topics with all name servers: every three seconds, every second while one of them does
 * not answer, and at once when a topic changed or the connection to one of them broke. Takes the broker out of the routes
 * at the stop.
 *
 * <p>{@link #announce} may be called by any thread; the requests are sent by {@code rmq-registration}, which never waits
 * for the answers, except at the stop.
 */
public final class Registrar implements TopicAnnouncer, HealthChecks, AutoCloseable {

    /** A broker that was silent for that long leaves the routes: two registrations may go astray, a third may not. */
    public static final Duration SILENCE_TIMEOUT = Duration.ofSeconds(9);

    private static final Logger LOG = LoggerFactory.getLogger(Registrar.class);
    private static final long PERIOD_NANOS = Duration.ofSeconds(3).toNanos();
    private static final long PERIOD_AFTER_FAILURE_NANOS = Duration.ofSeconds(1).toNanos();
    static final Duration FAREWELL_TIMEOUT = Duration.ofMillis(300);

    private final List<NameServerLink> nameServers;
    private final RegistrationHeader header;
    private final Supplier<TopicTable> topics;
    private final AgentRunner runner;
    private final Runnable registerAgain;
    private final ConcurrentLinkedQueue<CompletableFuture<Void>> announcements = new ConcurrentLinkedQueue<>();

    /** Set once nothing is announced any more; what is added later is completed by whoever adds it. */
    private volatile boolean stopped;

    /** Why a name server does not know this broker, empty text if it does; by address. */
    private final Map<String, String> troubles = new ConcurrentHashMap<>();

    /** Where the master of this broker's name is, as one of the name servers said last; a master hears nothing of it. */
    private volatile @Nullable String master;

    /** @param topics the table to announce */
    public Registrar(
            List<NameServerLink> nameServers,
            RegistrationHeader header,
            Supplier<TopicTable> topics,
            ErrorSink errors) {
        this.nameServers = List.copyOf(nameServers);
        this.header = header;
        this.topics = topics;
        this.runner = new AgentRunner(new Rounds(), errors);
        this.registerAgain = runner::signal;
    }

    /** Starts to register; the future completes when every name server has answered or had its time. */
    public CompletableFuture<Void> start() {
        CompletableFuture<Void> first = announce();
        runner.start();
        return first;
    }

    @Override
    public CompletableFuture<Void> announce() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        announcements.add(done);
        if (stopped) {
            completeLeftOver();
        } else {
            runner.signal();
        }
        return done;
    }

    private void completeLeftOver() {
        for (CompletableFuture<Void> one = announcements.poll(); one != null; one = announcements.poll()) {
            one.complete(null);
        }
    }

    /** Whether all name servers know this broker, as far as is known here. */
    public boolean isRegisteredEverywhere() {
        return nameServers.stream().map(NameServerLink::address).allMatch(this::knowsThisBroker);
    }

    private boolean knowsThisBroker(String nameServer) {
        return "".equals(troubles.get(nameServer));
    }

    /**
     * Where the master of a slave is, {@code host:port}, by the last word of any name server; null as long as none knows
     * it. A master is never told.
     */
    public @Nullable String masterAddress() {
        return master;
    }

    @Override
    public List<Finding> findings() {
        return nameServers.stream()
                .map(NameServerLink::address)
                .filter(address -> !knowsThisBroker(address))
                .map(address -> new Finding(
                        "registration",
                        Status.DEGRADED,
                        "Name server " + address + " does not know this broker: "
                                + troubles.getOrDefault(address, "it has not answered yet"),
                        "Clients do not find the broker through it. Check that it runs and can be reached at that address;"
                                + " the registration is repeated every second."))
                .toList();
    }

    /** Says goodbye to the name servers, so that clients turn elsewhere before the connections close. */
    @Override
    public void close() {
        runner.close();
    }

    private final class Rounds implements Agent {

        @Override
        public String name() {
            return "rmq-registration";
        }

        @Override
        public long doWork() {
            List<CompletableFuture<Void>> waiting = new ArrayList<>();
            for (CompletableFuture<Void> one = announcements.poll(); one != null; one = announcements.poll()) {
                waiting.add(one);
            }
            try {
                registerEverywhere().whenComplete((done, error) -> waiting.forEach(one -> one.complete(null)));
            } catch (RuntimeException e) {
                // The next round tries again; whoever waits for a topic must not wait for that.
                waiting.forEach(one -> one.complete(null));
                throw e;
            }
            return isRegisteredEverywhere() ? PERIOD_NANOS : PERIOD_AFTER_FAILURE_NANOS;
        }

        @Override
        public void onStop() {
            try {
                unregisterEverywhere();
            } finally {
                stopped = true;
                completeLeftOver();
            }
        }
    }

    /** Completes when those name servers have answered, or had their time, that were in order before. */
    private CompletableFuture<Void> registerEverywhere() {
        Registration registration = new Registration(header, topics.get());
        List<CompletableFuture<?>> awaited = new ArrayList<>();
        for (NameServerLink nameServer : nameServers) {
            // Whoever creates a topic need not wait for a name server that hangs.
            boolean inOrder = troubles.getOrDefault(nameServer.address(), "").isEmpty();
            CompletableFuture<Void> answered = nameServer
                    .register(registration, registerAgain)
                    .thenAccept(told -> note(nameServer.address(), told));
            if (inOrder) {
                awaited.add(answered);
            }
        }
        return CompletableFuture.allOf(awaited.toArray(CompletableFuture[]::new));
    }

    /** Logs changes only: a name server that is away for an hour must not fill the log. */
    private void note(String nameServer, NameServerLink.Told told) {
        if (told.master() != null) {
            master = told.master();
        }
        String trouble = told.trouble();
        String before = troubles.put(nameServer, trouble);
        if (trouble.isEmpty() && !"".equals(before)) {
            LOG.info(
                    "Registered as {} at {} with name server {}",
                    header.brokerName(),
                    header.brokerAddress(),
                    nameServer);
        } else if (!trouble.isEmpty() && !trouble.equals(before)) {
            LOG.warn(
                    "Name server {} did not take the registration, it is repeated every second: {}",
                    nameServer,
                    trouble);
            // Not to sleep out the long period; the next failure is no change and comes after the short one.
            runner.signal();
        }
    }

    private void unregisterEverywhere() {
        CompletableFuture<?>[] answers = nameServers.stream()
                .filter(nameServer -> knowsThisBroker(nameServer.address()))
                .map(nameServer -> nameServer.unregister(header))
                .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(answers).get(FAREWELL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.info("A name server did not answer the farewell; it will notice by the closed connection");
        }
    }
}
