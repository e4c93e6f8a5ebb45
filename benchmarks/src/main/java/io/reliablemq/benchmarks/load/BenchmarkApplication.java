package io.reliablemq.benchmarks.load;

import io.reliablemq.benchmarks.result.Report;
import io.reliablemq.benchmarks.result.Tables;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs the load on both brokers and writes what came out: JSON, AsciiDoc and plots as files, the table to the terminal. */
public final class BenchmarkApplication {

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    public static void main(String[] arguments) {
        Options options;
        try {
            options = Options.parse(arguments, home());
            options.requireBuilt();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        // Ends with an exit in any case: the official client leaves threads behind that are no daemons.
        int status = 1;
        try {
            run(options);
            status = 0;
        } catch (IOException | RuntimeException e) {
            e.printStackTrace();
        }
        System.exit(status);
    }

    private static void run(Options options) throws IOException {
        Files.createDirectories(options.outputFolder());
        // Read by the official client's own logging when its classes are loaded.
        System.setProperty(
                "rocketmq.log.root",
                options.outputFolder().resolve("client-logs").toString());
        Instant start = Instant.now();
        String loadBefore = Machine.load();
        BenchmarkRun run = new BenchmarkRun(options);
        run.run();
        Report report = new Report(about(options, start, loadBefore), run.readings(), run.notes());
        write(options, start, report);
        System.out.println(new Tables(report).text());
    }

    private static void write(Options options, Instant start, Report report) throws IOException {
        String stamp = STAMP.format(start);
        Path folder = options.outputFolder();
        Files.writeString(folder.resolve("load-" + stamp + ".json"), report.toJson());
        Files.writeString(folder.resolve("load-" + stamp + ".adoc"), new Tables(report).asciiDoc());
        for (Map.Entry<String, String> plot :
                Plots.of(options, report.readings()).entrySet()) {
            Files.writeString(folder.resolve("load-" + stamp + "-" + plot.getKey()), plot.getValue());
        }
        System.out.println("Results: " + folder.resolve("load-" + stamp + ".*") + "\n");
    }

    private static Map<String, String> about(Options options, Instant start, String loadBefore) {
        Map<String, String> about = new LinkedHashMap<>();
        about.put("date", start.truncatedTo(ChronoUnit.SECONDS).toString());
        about.put("took", Duration.between(start, Instant.now()).toSeconds() + " s");
        about.put("processors", Machine.processors());
        about.put("memory", Machine.memory());
        about.put("system", Machine.system());
        about.put("disk", Machine.disk(options.dataFolder()));
        about.put("java", Machine.java());
        about.put("load average", "before " + loadBefore + ", after " + Machine.load());
        about.put("peer", "Apache RocketMQ 5.5.0");
        about.put("form", options.form() + ", " + options.rounds() + " rounds; median (lowest-highest) over them");
        about.put(
                "both brokers",
                "-Xms" + options.heap() + " -Xmx" + options.heap() + ", log files of 256 MiB, flushed every "
                        + options.flushInterval().toMillis() + " ms under ASYNC_FLUSH");
        about.put(
                "messages",
                options.messageBytes() + " bytes, " + options.queues() + " queues a topic, backlog "
                        + options.backlog());
        about.put(
                "times",
                "warm-up " + options.warmUp().toMillis() + " ms, sends "
                        + options.measure().toMillis() + " ms, fixed rate "
                        + options.rateTime().toMillis() + " ms");
        return about;
    }

    /** The folder of this jar, beside which the build has put everything else. */
    private static Path home() {
        try {
            Path code = Path.of(BenchmarkApplication.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return code.toAbsolutePath().resolveSibling("");
        } catch (URISyntaxException e) {
            throw new IllegalStateException("The driver's own place has no path", e);
        }
    }

    private BenchmarkApplication() {}
}
