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

    /** By application: its classes as the JVM keeps them, so that they need not be parsed and verified again. */
    private final Map<String, Path> archives = new LinkedHashMap<>();

    private final Map<String, List<Start>> starts = new LinkedHashMap<>();

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
            application.archive();
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

    private void archive() throws IOException {
        for (String application : List.of("empty", "with-reliable-mq", "with-artemis")) {
            Path archive = work.resolve(application + ".jsa").toAbsolutePath();
            start(application, List.of("-XX:ArchiveClassesAtExit=" + archive), work.resolve("archiving"), List.of())
                    .close();
            if (!Files.isRegularFile(archive)) {
                throw new IllegalStateException("The JVM wrote no archive of the classes of " + application);
            }
            archives.put(application, archive);
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
        measureArchived("empty application", "empty", folder);
        measureArchived("embedded broker, same folder again", "with-reliable-mq", folder);
        measureArchived("embedded Artemis, in memory", "with-artemis", folder);
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
                Duration startedIn = Duration.ofNanos(System.nanoTime() - before);
                record(
                        "Apache's name server and broker",
                        new Start(startedIn, nameServer.processorTime().plus(broker.processorTime())));
                measure(
                        "rocketmq-spring, beside them",
                        "with-rocketmq-spring",
                        folder,
                        List.of("--rocketmq.name-server=" + broker.nameServers(), "--rocketmq.producer.group=startup"));
            }
        }
    }

    private void measure(String what, String application, Path folder, List<String> arguments) {
        measure(what, application, List.of(), folder, arguments);
    }

    private void measureArchived(String what, String application, Path folder) {
        String archive = "-XX:SharedArchiveFile=" + archives.get(application);
        measure(what + StartupTable.ARCHIVED, application, List.of(archive), folder, List.of());
    }

    private void measure(
            String what, String application, List<String> jvmOptions, Path folder, List<String> arguments) {
        try (SpringProcess started = start(application, jvmOptions, folder, arguments)) {
            record(what, new Start(started.startedIn(), started.processorTime()));
        }
    }

    private SpringProcess start(String application, List<String> jvmOptions, Path folder, List<String> arguments) {
        Path jars = applications.resolve(application).resolve("target/lib");
        return SpringProcess.start(application, jvmOptions, jars, folder.resolve(application), arguments);
    }

    private void record(String what, Start start) {
        starts.computeIfAbsent(what, unused -> new ArrayList<>()).add(start);
        System.out.println(what + ": " + start.time().toMillis() + " ms, processor "
                + start.processorTime().toMillis() + " ms");
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /**
     * One start.
     *
     * @param time until it was ready
     * @param processorTime what it had used of all processors by then
     */
    record Start(Duration time, Duration processorTime) {}
}
