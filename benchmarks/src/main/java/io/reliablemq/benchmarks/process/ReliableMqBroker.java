package io.reliablemq.benchmarks.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Our exec jar: broker and name server in one process, and under the strict policy a slave in another. */
public final class ReliableMqBroker implements MeasuredBroker {

    private static final Duration IN_SYNC_BOUND = Duration.ofMinutes(5);
    private static final Pattern IN_SYNC = Pattern.compile("(?m)^reliable_mq_broker_insync (\\S+)$");
    private static final Pattern LOG_BYTES =
            Pattern.compile("(?m)^reliable_mq_broker_log_written_bytes(?:_total)? (\\S+)$");

    private final Path execJar;
    private final BrokerOptions options;
    private final List<ChildProcess> slaves = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private final ChildProcess process;
    private final int port;
    private final int nameServerPort;
    private final int managementPort;
    private final Duration startedIn;

    private ReliableMqBroker(
            Path execJar,
            BrokerOptions options,
            ChildProcess process,
            int port,
            int nameServerPort,
            int managementPort,
            Duration startedIn) {
        this.execJar = execJar;
        this.options = options;
        this.managementPort = managementPort;
        this.process = process;
        this.port = port;
        this.nameServerPort = nameServerPort;
        this.startedIn = startedIn;
    }

    public static ReliableMqBroker start(Path execJar, BrokerOptions options) {
        int port = FreePorts.nextWithNeighbours(0, 2);
        int nameServerPort = port + 1;
        int managementPort = port + 2;
        long before = System.nanoTime();
        ChildProcess process = launch(
                execJar,
                options,
                "reliable-mq",
                List.of(
                        "listen-port=" + port,
                        "name-server.port=" + nameServerPort,
                        "management.port=" + managementPort,
                        "broker-role=" + (options.isStrict() ? "SYNC_MASTER" : "ASYNC_MASTER")));
        awaitListening(process, port);
        Duration startedIn = Duration.ofNanos(System.nanoTime() - before);
        ReliableMqBroker broker =
                new ReliableMqBroker(execJar, options, process, port, nameServerPort, managementPort, startedIn);
        if (options.isStrict()) {
            broker.addSlave();
        }
        return broker;
    }

    private static ChildProcess launch(Path execJar, BrokerOptions options, String name, List<String> settings) {
        List<String> arguments = new ArrayList<>(options.jvmOptions());
        arguments.addAll(List.of("-jar", execJar.toString()));
        List<String> all = new ArrayList<>(List.of(
                "name=" + options.name(),
                "data-dir=" + options.folder().resolve("data-" + name),
                "flush-disk-type=" + options.flushDiskType(),
                "flush-interval=" + options.flushInterval().toMillis() + "ms"));
        all.addAll(settings);
        all.forEach(setting -> arguments.add("--reliable-mq.broker." + setting));
        return ChildProcess.java(name, options.folder(), arguments);
    }

    private static void awaitListening(ChildProcess process, int port) {
        try {
            Waiting.until("our broker listens on " + port, ApacheNameServer.READY_BOUND, () -> process.accepts(port));
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /** Starts one more slave on an empty folder. @return how long it took from when it listened until it had all */
    private Duration addSlave() {
        int slavePort = FreePorts.nextWithNeighbours(0, 0);
        int number = slaves.size() + 1;
        ChildProcess slave = launch(
                execJar,
                options,
                "reliable-mq-slave-" + number,
                List.of(
                        "listen-port=" + slavePort,
                        "name-server.enabled=false",
                        "name-servers=" + nameServers(),
                        "management.port=0",
                        "broker-role=SLAVE",
                        "broker-id=" + number));
        slaves.add(slave);
        awaitListening(slave, slavePort);
        long before = System.nanoTime();
        Waiting.until(
                "slave " + number + " is in sync",
                IN_SYNC_BOUND,
                () -> figure(IN_SYNC).filter(count -> count > number).isPresent());
        return Duration.ofNanos(System.nanoTime() - before);
    }

    @Override
    public OptionalDouble freshSlave(long logBytes, Runnable lengthen) {
        if (slaves.isEmpty()) {
            return OptionalDouble.empty();
        }
        double bytes = figure(LOG_BYTES).orElseThrow();
        while (bytes < logBytes) {
            lengthen.run();
            bytes = figure(LOG_BYTES).orElseThrow();
        }
        return OptionalDouble.of(bytes / (addSlave().toNanos() / 1e9));
    }

    /** As the broker tells it now; empty while it does not. */
    private Optional<Double> figure(Pattern line) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/metrics"))
                .build();
        try {
            Matcher found = line.matcher(
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body());
            return found.find() ? Optional.of(Double.valueOf(found.group(1))) : Optional.empty();
        } catch (IOException notYet) {
            process.requireAlive();
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while asking our broker for its figures", e);
        }
    }

    @Override
    public String nameServers() {
        return "127.0.0.1:" + nameServerPort;
    }

    @Override
    public String address() {
        return "127.0.0.1:" + port;
    }

    @Override
    public Duration startedIn() {
        return startedIn;
    }

    @Override
    public Duration processorTime() {
        return slaves.stream().map(ChildProcess::processorTime).reduce(process.processorTime(), Duration::plus);
    }

    @Override
    public Footprint footprint() {
        return slaves.stream()
                .map(slave -> Footprint.of(slave.handle()))
                .reduce(Footprint.of(process.handle()), Footprint::plus);
    }

    @Override
    public Duration stop() {
        slaves.forEach(ChildProcess::stop);
        slaves.clear();
        return process.stop();
    }

    @Override
    public void close() {
        slaves.forEach(ChildProcess::close);
        process.close();
    }
}
