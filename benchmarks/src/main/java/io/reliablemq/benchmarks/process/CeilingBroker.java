package io.reliablemq.benchmarks.process;

import io.reliablemq.benchmarks.ceiling.CeilingApplication;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A broker that stores nothing, which also answers as its name server. */
public final class CeilingBroker implements MeasuredBroker {

    private final ChildProcess process;
    private final int port;
    private final Duration startedIn;

    private CeilingBroker(ChildProcess process, int port, Duration startedIn) {
        this.process = process;
        this.port = port;
        this.startedIn = startedIn;
    }

    public static CeilingBroker start(BrokerOptions options) {
        int port = FreePorts.nextWithNeighbours(0, 0);
        List<String> arguments = new ArrayList<>(options.jvmOptions());
        arguments.addAll(
                List.of("-cp", ClientProcess.ownClassPath(), CeilingApplication.class.getName(), String.valueOf(port)));
        long before = System.nanoTime();
        ChildProcess process = ChildProcess.java("ceiling", options.folder(), arguments);
        try {
            Waiting.until(
                    "the broker without a store listens on " + port,
                    ApacheNameServer.READY_BOUND,
                    () -> process.accepts(port));
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
        return new CeilingBroker(process, port, Duration.ofNanos(System.nanoTime() - before));
    }

    @Override
    public String nameServers() {
        return address();
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
