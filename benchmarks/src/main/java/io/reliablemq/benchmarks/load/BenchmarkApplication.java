package io.reliablemq.benchmarks.load;

import io.reliablemq.benchmarks.result.Readings;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

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
        ResultFiles files = new ResultFiles(options, options.outputFolder().resolve(STAMP.format(start)));
        // Beside what it holds by then, each report says when and where that was measured.
        Readings readings = new Readings();
        List<String> notes = new ArrayList<>();
        Supplier<Report> report = () -> new Report(about(options, start, loadBefore), readings, notes);
        new BenchmarkRun(options, readings, notes, () -> files.write(report.get())).run();
        files.write(report.get());
        System.out.println("Results: " + files.folder() + "\n");
        System.out.println(new Tables(report.get()).text());
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
