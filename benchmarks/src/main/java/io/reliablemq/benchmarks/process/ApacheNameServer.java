package io.reliablemq.benchmarks.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Apache RocketMQ's name server as a process. It keeps its data in memory, so one serves a whole run. */
public final class ApacheNameServer implements AutoCloseable {

    static final Duration READY_BOUND = Duration.ofSeconds(90);

    private final ChildProcess process;
    private final int port;

    private ApacheNameServer(ChildProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Returns when it listens. */
    public static ApacheNameServer start(PeerFolder peer, Path folder) {
        int port = FreePorts.nextWithNeighbours(0, 0);
        ChildProcess process = launch(
                peer,
                "apache-name-server",
                folder,
                "org.apache.rocketmq.namesrv.NamesrvStartup",
                List.of(),
                Map.of("listenPort", Integer.toString(port)));
        try {
            Waiting.until("Apache's name server listens on " + port, READY_BOUND, () -> process.accepts(port));
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
        return new ApacheNameServer(process, port);
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    /** What it has used of all processors so far. */
    public Duration processorTime() {
        return process.processorTime();
    }

    Footprint footprint() {
        return Footprint.of(process.handle());
    }

    @Override
    public void close() {
        process.stop();
    }

    /** Starts one of Apache's main classes on a settings file. */
    static ChildProcess launch(
            PeerFolder peer,
            String name,
            Path folder,
            String mainClass,
            List<String> jvmOptions,
            Map<String, String> settings) {
        Path file = folder.resolve(name + ".conf");
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    file,
                    settings.entrySet().stream()
                            .map(setting -> setting.getKey() + "=" + setting.getValue())
                            .collect(Collectors.joining("\n", "", "\n")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> arguments = new ArrayList<>(jvmOptions);
        arguments.addAll(List.of(
                "-Duser.home=" + folder,
                "-Drocketmq.home.dir=" + folder,
                "-Drocketmq.log.root=" + folder,
                "-cp",
                peer.classPath(),
                mainClass,
                "-c",
                file.toString()));
        return ChildProcess.java(name, folder, arguments);
    }
}
