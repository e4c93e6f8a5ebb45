package io.reliablemq.benchmarks.startup;

import io.reliablemq.benchmarks.process.ApacheBroker;
import io.reliablemq.benchmarks.process.ApacheNameServer;
import io.reliablemq.benchmarks.process.BrokerOptions;
import io.reliablemq.benchmarks.process.PeerFolder;
import io.reliablemq.benchmarks.process.SpringProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures starts in turns, so that whatever else the machine does falls on all of them alike, and prints a table.
 *
 * <p>Arguments: the folder {@code benchmarks/startup}, the folder with Apache's jars, and how many starts of each (default 7).
 */
public final class StartupApplication {

    private final Path applications;
    private final PeerFolder peer;
    private final Path work;
    private final Map<String, List<Duration>> starts = new LinkedHashMap<>();

    private StartupApplication(Path applications, PeerFolder peer, Path work) {
        this.applications = applications;
        this.peer = peer;
        this.work = work;
    }

    public static void main(String[] args) throws IOException {
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 7;
        Path work = Files.createTempDirectory("startup");
        try {
            StartupApplication application = new StartupApplication(
                    Path.of(args[0]), new PeerFolder(Path.of(args[1]).toAbsolutePath()), work);
            // The first round fills the caches of the operating system and does not count.
            application.round(0);
            application.starts.clear();
            for (int round = 1; round <= rounds; round++) {
                application.round(round);
            }
            System.out.println(StartupTable.of(application.starts));
        } finally {
            delete(work);
        }
    }

    private void round(int number) throws IOException {
        Path folder = Files.createDirectories(work.resolve("round-" + number));
        measure("empty application", "empty", folder, List.of());
        measure("embedded broker, empty folder", "with-reliable-mq", folder, List.of());
        measure("embedded broker, same folder again", "with-reliable-mq", folder, List.of());
        measure(
                "embedded Artemis, persistent",
                "with-artemis",
                folder,
                List.of(
                        "--spring.artemis.embedded.persistent=true",
                        "--spring.artemis.embedded.data-directory=" + folder.resolve("artemis")));
        measure("embedded Artemis, in memory (its default)", "with-artemis", folder, List.of());
        apache(folder);
        delete(folder);
    }

    /** Nothing of it can be left out: without name server and broker, the application could not send. */
    private void apache(Path folder) throws IOException {
        long before = System.nanoTime();
        try (ApacheNameServer nameServer = ApacheNameServer.start(peer, folder.resolve("apache-name-server"))) {
            BrokerOptions options = new BrokerOptions(
                    "apache", folder.resolve("apache-broker"), "SYNC_FLUSH", Duration.ofMillis(10), List.of());
            try (ApacheBroker broker = ApacheBroker.start(peer, nameServer, options)) {
                record("Apache's name server and broker", Duration.ofNanos(System.nanoTime() - before));
                measure(
                        "rocketmq-spring, beside them",
                        "with-rocketmq-spring",
                        folder,
                        List.of("--rocketmq.name-server=" + broker.nameServers(), "--rocketmq.producer.group=startup"));
            }
        }
    }

    private void measure(String what, String application, Path folder, List<String> arguments) {
        Path jars = applications.resolve(application).resolve("target/lib");
        Path own = folder.resolve(application);
        try (SpringProcess started = SpringProcess.start(application, jars, own, arguments)) {
            record(what, started.startedIn());
        }
    }

    private void record(String what, Duration time) {
        starts.computeIfAbsent(what, unused -> new ArrayList<>()).add(time);
        System.out.println(what + ": " + time.toMillis() + " ms");
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
