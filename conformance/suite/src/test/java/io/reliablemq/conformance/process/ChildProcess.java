package io.reliablemq.conformance.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process of a test, with its output in a file.
 *
 * <p>Dies with this JVM at the latest: what is still alive then is killed. Thread-safe.
 */
public final class ChildProcess implements AutoCloseable {

    private static final Path LOGS = Path.of(System.getProperty("process.logs", "target/process-logs"));
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String name;
    private final Path output;
    private final Process process;

    private ChildProcess(String name, Path output, Process process) {
        this.name = name;
        this.output = output;
        this.process = process;
    }

    public static ChildProcess start(String name, Path folder, List<String> command) {
        try {
            Files.createDirectories(LOGS);
            Files.createDirectories(folder);
            Path output =
                    LOGS.resolve(name + "-" + COUNT.incrementAndGet() + ".log").toAbsolutePath();
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            ChildProcess child = new ChildProcess(name, output, process);
            AtExit.first(child::close);
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException("The process '" + name + "' did not start: " + command, e);
        }
    }

    /** The path of the Java launcher that runs this JVM. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Everything it has written so far. */
    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IllegalStateException with what it wrote, if it has ended */
    public void requireAlive() {
        if (!process.isAlive()) {
            throw new IllegalStateException(
                    "The process '" + name + "' ended with " + process.exitValue() + ":\n" + output());
        }
    }

    /** Stops its threads with SIGSTOP: it neither works nor ends, and its connections stay open. */
    public void pause() {
        signal("STOP");
    }

    /** Lets it go on after {@link #pause()}. */
    public void resume() {
        signal("CONT");
    }

    private void signal(String signal) {
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
                    .inheritIO()
                    .start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("SIG" + signal + " was not sent to '" + name + "'");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("SIG" + signal + " was not sent to '" + name + "'", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while sending SIG" + signal + " to '" + name + "'", e);
        }
    }

    /** Sends SIGKILL and waits for the end. */
    public void kill() {
        process.destroyForcibly();
        awaitExit(Duration.ofSeconds(10));
    }

    /** Sends SIGTERM and waits for the end. @return how it exited */
    public int terminate(Duration bound) {
        process.destroy();
        return awaitExit(bound);
    }

    /** @throws IllegalStateException if it still runs after the bound */
    public int awaitExit(Duration bound) {
        try {
            if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        "The process '" + name + "' still runs after " + bound.toMillis() + " ms:\n" + output());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the process '" + name + "'", e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
