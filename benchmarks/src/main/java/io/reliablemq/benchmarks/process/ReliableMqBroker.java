package io.reliablemq.benchmarks.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Our exec jar: broker and name server in one process. */
public final class ReliableMqBroker implements MeasuredBroker {

    private final ChildProcess process;
    private final int port;
    private final int nameServerPort;
    private final Duration startedIn;

    private ReliableMqBroker(ChildProcess process, int port, int nameServerPort, Duration startedIn) {
        this.process = process;
        this.port = port;
        this.nameServerPort = nameServerPort;
        this.startedIn = startedIn;
    }

    public static ReliableMqBroker start(Path execJar, BrokerOptions options) {
        int port = FreePorts.nextWithNeighbours(0, 1);
        int nameServerPort = port + 1;
        List<String> arguments = new ArrayList<>(options.jvmOptions());
        arguments.addAll(List.of("-jar", execJar.toString()));
        List.of(
                        "name=" + options.name(),
                        "listen-port=" + port,
                        "name-server.port=" + nameServerPort,
                        "management.port=0",
                        "data-dir=" + options.folder().resolve("data"),
                        "flush-disk-type=" + options.flushDiskType(),
                        "flush-interval=" + options.flushInterval().toMillis() + "ms")
                .forEach(setting -> arguments.add("--reliable-mq.broker." + setting));
        long before = System.nanoTime();
        ChildProcess process = ChildProcess.java("reliable-mq", options.folder(), arguments);
        try {
            Waiting.until("our broker listens on " + port, ApacheNameServer.READY_BOUND, () -> process.accepts(port));
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
        return new ReliableMqBroker(process, port, nameServerPort, Duration.ofNanos(System.nanoTime() - before));
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
        return process.handle().info().totalCpuDuration().orElseThrow();
    }

    @Override
    public Footprint footprint() {
        return Footprint.of(process.handle());
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
