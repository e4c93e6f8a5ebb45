package io.reliablemq.benchmarks.load;

import io.reliablemq.benchmarks.peer.OfficialPeer;
import io.reliablemq.benchmarks.peer.OurClient;
import io.reliablemq.benchmarks.process.PeerFolder;
import io.reliablemq.benchmarks.process.Waiting;
import io.reliablemq.conformance.port.Listener;
import io.reliablemq.conformance.port.MessageLibrary;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of {@link ClientFigures} in a process with one client alone, so that all that it uses is that client's. */
final class ClientSteps {

    private static final Logger LOG = LoggerFactory.getLogger(ClientSteps.class);

    static final String RATE = "messages/s";
    static final String MICROS = "client, us/message";
    static final String BYTES = "client, bytes allocated/message";
    static final String THREADS = "threads";

    private static final int UNDER_WAY = 1_000;

    private static final Duration TOPIC_BOUND = Duration.ofSeconds(30);

    /** Messages that go through a sender and a receiver before their threads are counted. */
    private static final int WHILE_COUNTING = 20_000;

    private final MessageLibrary library;
    private final Plan plan;
    private final Map<String, Double> figures = new LinkedHashMap<>();

    /**
     * What to do, as it crosses from one process to the other.
     *
     * @param official whether the official client is measured
     * @param suffix makes the groups of this process different from those of others
     */
    record Plan(
            boolean official,
            String peerLib,
            String nameServers,
            String sendTopic,
            String backlogTopic,
            String threadsTopic,
            String suffix,
            List<Integer> senders,
            Duration warmUp,
            Duration measure,
            int backlog,
            int messageBytes) {

        List<String> arguments() {
            return List.of(
                    String.valueOf(official),
                    peerLib,
                    nameServers,
                    sendTopic,
                    backlogTopic,
                    threadsTopic,
                    suffix,
                    senders.stream().map(String::valueOf).collect(Collectors.joining(",")),
                    String.valueOf(warmUp.toMillis()),
                    String.valueOf(measure.toMillis()),
                    String.valueOf(backlog),
                    String.valueOf(messageBytes));
        }

        static Plan of(List<String> arguments) {
            return new Plan(
                    Boolean.parseBoolean(arguments.get(0)),
                    arguments.get(1),
                    arguments.get(2),
                    arguments.get(3),
                    arguments.get(4),
                    arguments.get(5),
                    arguments.get(6),
                    Arrays.stream(arguments.get(7).split(","))
                            .map(Integer::valueOf)
                            .toList(),
                    Duration.ofMillis(Long.parseLong(arguments.get(8))),
                    Duration.ofMillis(Long.parseLong(arguments.get(9))),
                    Integer.parseInt(arguments.get(10)),
                    Integer.parseInt(arguments.get(11)));
        }
    }

    private ClientSteps(Plan plan) {
        this.plan = plan;
        this.library =
                plan.official() ? new OfficialPeer(new PeerFolder(Path.of(plan.peerLib()))).library() : new OurClient();
    }

    /** @param arguments the file for the figures, a line each, and the plan */
    public static void main(String[] arguments) {
        // Ends with an exit in any case: the official client leaves threads behind that are no daemons.
        int status = 1;
        try {
            List<String> all = List.of(arguments);
            ClientSteps steps = new ClientSteps(Plan.of(all.subList(1, all.size())));
            steps.threads();
            steps.sends();
            steps.asynchronousSends();
            steps.catchUp();
            Files.write(
                    Path.of(all.get(0)),
                    steps.figures.entrySet().stream()
                            .map(figure -> figure.getKey() + "\t" + figure.getValue())
                            .toList());
            status = 0;
        } catch (IOException | RuntimeException e) {
            LOG.error("The steps of this client failed", e);
        }
        System.exit(status);
    }

    static String key(String step, String metric) {
        return step + "\t" + metric;
    }

    /** First, so that none of the driver's own threads have ended or come in between. */
    private void threads() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        CountDownLatch received = new CountDownLatch(WHILE_COUNTING);
        try (Sender sender = library.sender(plan.nameServers(), "threads-senders-" + plan.suffix());
                Receiver receiver = library.receiver(
                        plan.nameServers(),
                        Subscription.of("threads-" + plan.suffix(), plan.threadsTopic()),
                        message -> {
                            received.countDown();
                            return Listener.Outcome.CONSUME_SUCCESS;
                        })) {
            OutgoingMessage message = OutgoingMessage.of(plan.threadsTopic(), new byte[plan.messageBytes()]);
            Waiting.untilDone(TOPIC_BOUND, () -> sender.send(message));
            for (int sent = 0; sent < WHILE_COUNTING; sent += UNDER_WAY) {
                List<CompletableFuture<?>> underWay = new ArrayList<>();
                for (int i = 0; i < UNDER_WAY; i++) {
                    underWay.add(sender.sendAsync(message));
                }
                CompletableFuture.allOf(underWay.toArray(CompletableFuture[]::new))
                        .join();
            }
            await(received, receiver);
            Map<String, Integer> byName = new TreeMap<>();
            Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> !before.contains(thread))
                    .forEach(thread -> byName.merge(thread.getName().replaceAll("[-_]?\\d+", ""), 1, Integer::sum));
            byName.forEach((name, count) -> System.out.println("threads " + name + ": " + count));
            figures.put(key("one producer, one consumer", THREADS), (double)
                    byName.values().stream().mapToInt(Integer::intValue).sum());
        }
    }

    private static void await(CountDownLatch received, Receiver receiver) {
        try {
            if (!received.await(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException(received.getCount() + " messages have not come to " + receiver);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while receiving", e);
        }
    }

    private void sends() {
        try (Sender sender = library.sender(plan.nameServers(), "senders-" + plan.suffix())) {
            SendLoad load = new SendLoad(sender, List.of(plan.sendTopic()), new Payload(plan.messageBytes()));
            load.run(16, plan.warmUp(), () -> Duration.ZERO);
            for (int senders : plan.senders()) {
                Allocated allocated = new Allocated();
                add(senders + " synchronous sender(s)", load.run(senders, plan.measure(), allocated), allocated);
            }
        }
    }

    private void asynchronousSends() {
        try (Sender sender = library.sender(plan.nameServers(), "async-senders-" + plan.suffix())) {
            AsyncLoad load = new AsyncLoad(sender, plan.sendTopic(), new Payload(plan.messageBytes()), UNDER_WAY);
            load.run(plan.warmUp(), () -> Duration.ZERO);
            Allocated allocated = new Allocated();
            add("asynchronous, 1,000 under way", load.run(plan.measure(), allocated), allocated);
        }
    }

    private void catchUp() {
        String step = "catching up";
        CatchUpLoad.Outcome outcome = CatchUpLoad.settled(plan.warmUp(), reader -> {
            Allocated allocated = new Allocated();
            CatchUpLoad.Outcome read = CatchUpLoad.run(
                    library,
                    plan.nameServers(),
                    reader + "-" + plan.suffix(),
                    plan.backlogTopic(),
                    plan.backlog(),
                    allocated);
            // Of the last reading, as it is much the same in each.
            figures.put(key(step, BYTES), (double) allocated.bytes / plan.backlog());
            return read;
        });
        figures.put(key(step, RATE), outcome.rate());
        figures.put(key(step, MICROS), outcome.clientMicros());
    }

    private void add(String step, SendLoad.Outcome outcome, Allocated allocated) {
        if (outcome.failed() > 0) {
            System.out.println(step + ": " + outcome.failed() + " sends failed");
        }
        figures.put(key(step, RATE), outcome.rate());
        figures.put(key(step, MICROS), outcome.driverMicrosPerMessage());
        figures.put(key(step, BYTES), (double) allocated.bytes / outcome.sent());
    }

    /** Asked at the begin and at the end of a step for what the broker has used, which is not this process's matter. */
    private static final class Allocated implements Supplier<Duration> {

        private Allocation allocation = Allocation.begin();
        private boolean begun;
        private long bytes;

        @Override
        public Duration get() {
            if (begun) {
                bytes = allocation.bytesSince();
            } else {
                begun = true;
                allocation = Allocation.begin();
            }
            return Duration.ZERO;
        }
    }
}
