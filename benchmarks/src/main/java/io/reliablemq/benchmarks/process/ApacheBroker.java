package io.reliablemq.benchmarks.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Apache RocketMQ's broker as a process, registered with an {@link ApacheNameServer}.
 *
 * <p>Its settings are its defaults, but for addresses, folders, size of the log files and flush.
 */
public final class ApacheBroker implements MeasuredBroker {

    private final ApacheNameServer nameServer;
    private final ChildProcess process;
    private final int port;
    private final Duration startedIn;

    private ApacheBroker(ApacheNameServer nameServer, ChildProcess process, int port, Duration startedIn) {
        this.nameServer = nameServer;
        this.process = process;
        this.port = port;
        this.startedIn = startedIn;
    }

    public static ApacheBroker start(PeerFolder peer, ApacheNameServer nameServer, BrokerOptions options) {
        // The broker also listens two ports below its own, and on the next one for its slaves.
        int port = FreePorts.nextWithNeighbours(2, 1);
        long before = System.nanoTime();
        ChildProcess process = ApacheNameServer.launch(
                peer,
                "apache-broker",
                options.folder(),
                "org.apache.rocketmq.broker.BrokerStartup",
                options.jvmOptions(),
                settings(options, nameServer.address(), port));
        try {
            Waiting.until(
                    "Apache's broker listens on " + port, ApacheNameServer.READY_BOUND, () -> process.accepts(port));
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
        return new ApacheBroker(nameServer, process, port, Duration.ofNanos(System.nanoTime() - before));
    }

    private static Map<String, String> settings(BrokerOptions options, String nameServers, int port) {
        Path store = options.folder().resolve("store");
        return Map.ofEntries(
                Map.entry("brokerClusterName", "benchmarks"),
                Map.entry("brokerName", options.name()),
                Map.entry("brokerId", "0"),
                Map.entry("brokerIP1", "127.0.0.1"),
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
        return process.handle().info().totalCpuDuration().orElseThrow();
    }

    @Override
    public Footprint footprint() {
        return Footprint.of(process.handle()).plus(nameServer.footprint());
    }

    @Override
    public Duration stop() {
        return process.stop();
    }

    @Override
    public void close() {
        process.close();
    }
}
