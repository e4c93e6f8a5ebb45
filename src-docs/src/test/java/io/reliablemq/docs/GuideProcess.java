package io.reliablemq.docs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** A command of the guide that runs, on the Java of this test. */
final class GuideProcess implements AutoCloseable {

    private static final Duration BOUND = Duration.ofSeconds(120);

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread reader = new Thread(this::readLines, "guide-output");

    private GuideProcess(Process process) {
        this.process = process;
        reader.setDaemon(true);
        reader.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /** @param command words that are parted by blanks, the first of which is {@code java} */
    static GuideProcess start(String command, Path folder, Map<String, String> environment) throws IOException {
        List<String> words = new ArrayList<>(List.of(command.split(" +")));
        if (!words.get(0).equals("java")) {
            throw new IllegalArgumentException("Not a start of Java: " + command);
        }
        words.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ProcessBuilder builder =
                new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new GuideProcess(builder.start());
    }

    private void readLines() {
        try (BufferedReader output = process.inputReader()) {
            output.lines().forEach(lines::add);
        } catch (UncheckedIOException | IOException e) {
            lines.add("(the output ended: " + e.getMessage() + ")");
        }
    }

    /** Waits for the first line in which the pattern is found. */
    MatchResult awaitLine(Pattern pattern) {
        try {
            Awaitility.await().atMost(BOUND).until(() -> find(pattern) != null || !reader.isAlive());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("Nothing like " + pattern + " in " + BOUND + " in the output:\n" + output(), e);
        }
        MatchResult found = find(pattern);
        if (found == null) {
            throw new AssertionError("Nothing like " + pattern + " in the output:\n" + output());
        }
        return found;
    }

    private @Nullable MatchResult find(Pattern pattern) {
        for (String line : lines) {
            Matcher matcher = pattern.matcher(line);
            if (matcher.find()) {
                return matcher.toMatchResult();
            }
        }
        return null;
    }

    boolean isRunning() {
        return process.isAlive();
    }

    String output() {
        return String.join("\n", lines);
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("It did not end. Its output:\n" + output());
        }
        reader.join(BOUND.toMillis());
        return process.exitValue();
    }

    /** Ends the process as {@code kill} does, and waits for its end. */
    int stop() throws InterruptedException {
        process.destroy();
        return awaitExit();
    }

    /** Ends the process, and waits until it writes to its folder no more. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
