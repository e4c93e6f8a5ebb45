package io.reliablemq.benchmarks.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Apache RocketMQ's broker as a process, registered with an {@link ApacheNameServer}.
 *
 * <p>Its settings are its defaults, but for addresses, folders, size of the log files and flush.
 */
public final class ApacheBroker implements MeasuredBroker {

    private final ApacheNameServer nameServer;
    private final ChildProcess process;
    private final List<ChildProcess> slaves;
    private final int port;
    private final Duration startedIn;

    private ApacheBroker(
            ApacheNameServer nameServer,
            ChildProcess process,
            List<ChildProcess> slaves,
            int port,
            Duration startedIn) {
        this.nameServer = nameServer;
        this.slaves = slaves;
        this.process = process;
        this.port = port;
        this.startedIn = startedIn;
    }

    public static ApacheBroker start(PeerFolder peer, ApacheNameServer nameServer, BrokerOptions options) {
        // The broker also listens two ports below its own, and on the next one for its slaves.
        int port = FreePorts.nextWithNeighbours(2, 1);
        long before = System.nanoTime();
        ChildProcess process = launch(
                peer,
                nameServer,
                options,
                "apache-broker",
                port,
                Map.of(
                        "brokerId", "0",
                        // More than its default of 1, with which a synchronous master answers without its slave.
                        "inSyncReplicas", options.isStrict() ? "2" : "1",
                        "brokerRole", options.isStrict() ? "SYNC_MASTER" : "ASYNC_MASTER"));
        Duration startedIn = Duration.ofNanos(System.nanoTime() - before);
        List<ChildProcess> slaves = new ArrayList<>();
        if (options.isStrict()) {
            int slavePort = FreePorts.nextWithNeighbours(2, 1);
            slaves.add(launch(
                    peer,
                    nameServer,
                    options,
                    "apache-slave",
                    slavePort,
                    Map.of("brokerId", "1", "brokerRole", "SLAVE")));
        }
        return new ApacheBroker(nameServer, process, slaves, port, startedIn);
    }

    private static ChildProcess launch(
            PeerFolder peer,
            ApacheNameServer nameServer,
            BrokerOptions options,
            String name,
            int port,
            Map<String, String> role) {
        Map<String, String> settings = new HashMap<>(settings(options, nameServer.address(), name, port));
        settings.putAll(role);
        ChildProcess process = ApacheNameServer.launch(
                peer,
                name,
                options.folder().resolve(name),
                "org.apache.rocketmq.broker.BrokerStartup",
                options.jvmOptions(),
                settings);
        try {
            Waiting.until(
                    "Apache's broker listens on " + port, ApacheNameServer.READY_BOUND, () -> process.accepts(port));
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
        return process;
    }

    private static Map<String, String> settings(BrokerOptions options, String nameServers, String name, int port) {
        Path store = options.folder().resolve(name).resolve("store");
        return Map.ofEntries(
                Map.entry("brokerClusterName", "benchmarks"),
                Map.entry("brokerName", options.name()),
                Map.entry("brokerIP1", "127.0.0.1"),
                Map.entry("brokerIP2", "127.0.0.1"),
                Map.entry("namesrvAddr", nameServers),
                Map.entry("listenPort", Integer.toString(port)),
                Map.entry("haListenPort", Integer.toString(port + 1)),
                Map.entry("storePathRootDir", store.toString()),
                Map.entry("storePathCommitLog", store.resolve("commitlog").toString()),
                Map.entry("mappedFileSizeCommitLog", Long.toString(BrokerOptions.LOG_FILE_BYTES)),
                Map.entry("diskMaxUsedSpaceRatio", "98"),
                Map.entry("flushDiskType", options.flushDiskType()),
                // As often as our broker, and whatever there is: its own defaults are 500 ms and 4 pages.
                Map.entry(
                        "flushIntervalCommitLog",
                        Long.toString(options.flushInterval().toMillis())),
                Map.entry("flushCommitLogLeastPages", "0"));
    }

    @Override
    public String nameServers() {
        return nameServer.address();
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
                .reduce(Footprint.of(process.handle()).plus(nameServer.footprint()), Footprint::plus);
    }

    @Override
    public Duration stop() {
        slaves.forEach(ChildProcess::stop);
        return process.stop();
    }

    @Override
    public void close() {
        slaves.forEach(ChildProcess::close);
        process.close();
    }
}
