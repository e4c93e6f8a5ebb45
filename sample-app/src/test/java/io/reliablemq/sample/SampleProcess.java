package io.reliablemq.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The packaged application in a process of its own. */
final class SampleProcess implements AutoCloseable {

    private static final Pattern WEB_PORT = Pattern.compile("Tomcat started on port (\\d+)");

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private SampleProcess(Process process) {
        this.process = process;
        Thread reader = new Thread(this::readLines, "sample-output");
        reader.setDaemon(true);
        reader.start();
    }

    static SampleProcess start(Path jar, Path folder, String... arguments) throws IOException {
        return start(List.of(), jar, folder, arguments);
    }

    static SampleProcess start(List<String> jvmOptions, Path jar, Path folder, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(jvmOptions);
        command.addAll(List.of(
                "-jar",
                jar.toString(),
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--sample.data-dir=" + folder.resolve("data")));
        command.addAll(List.of(arguments));
        return new SampleProcess(new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start());
    }

    private void readLines() {
        try (BufferedReader output = process.inputReader()) {
            output.lines().forEach(lines::add);
        } catch (UncheckedIOException | IOException e) {
            lines.add("(the output ended: " + e.getMessage() + ")");
        }
    }

    /** Waits for the first line that contains the pattern. */
    MatchResult awaitLine(Pattern pattern, Duration atMost) {
        Awaitility.await()
                .atMost(atMost)
                .conditionEvaluationListener(null)
                .until(() -> find(pattern) != null || !process.isAlive());
        MatchResult found = find(pattern);
        if (found == null) {
            throw new AssertionError("No line matches " + pattern + " in the output:\n" + output());
        }
        return found;
    }

    int webPort() {
        return Integer.parseInt(awaitLine(WEB_PORT, Duration.ofSeconds(180)).group(1));
    }

    boolean hasLine(Predicate<String> wanted) {
        return lines.stream().anyMatch(wanted);
    }

    String output() {
        return String.join("\n", lines);
    }

    /** Ends the process without giving it a chance to clean up, like {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitExit();
    }

    /** Asks the process to stop, like {@code kill}. */
    int stop() throws InterruptedException {
        process.destroy();
        return awaitExit();
    }

    private int awaitExit() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("The process has not ended:\n" + output());
        }
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        if (process.isAlive()) {
            kill();
        }
    }

    private MatchResult find(Pattern pattern) {
        return lines.stream()
                .map(pattern::matcher)
                .filter(Matcher::find)
                .map(Matcher::toMatchResult)
                .findFirst()
                .orElse(null);
    }
}
