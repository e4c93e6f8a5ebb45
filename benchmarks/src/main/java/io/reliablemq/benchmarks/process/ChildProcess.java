package io.reliablemq.benchmarks.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Java process under measurement, with its output in a file of its folder.
 *
 * <p>Dies with this JVM at the latest.
 */
final class ChildProcess implements AutoCloseable {

    private static final Duration STOP_BOUND = Duration.ofSeconds(60);

    private final String name;
    private final Path output;
    private final Process process;
    private final Thread atExit;

    private ChildProcess(String name, Path output, Process process) {
        this.name = name;
        this.output = output;
        this.process = process;
        this.atExit = new Thread(process::destroyForcibly, "end-" + name);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Starts {@code java} with these arguments. */
    static ChildProcess java(String name, Path folder, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(arguments);
        try {
            Files.createDirectories(folder);
            Path output = folder.resolve(name + ".log").toAbsolutePath();
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            return new ChildProcess(name, output, process);
        } catch (IOException e) {
            throw new UncheckedIOException("The process '" + name + "' did not start: " + command, e);
        }
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** What it has used so far, with the system's resolution (10 ms on Linux). */
    Duration processorTime() {
        return handle().info().totalCpuDuration().orElseThrow();
    }

    /** @throws IllegalStateException with what it wrote, if it has ended */
    void requireAlive() {
        if (!process.isAlive()) {
            throw new IllegalStateException(
                    "The process '" + name + "' ended with " + process.exitValue() + ":\n" + written());
        }
    }

    boolean hasWritten(String text) {
        requireAlive();
        return written().contains(text);
    }

    boolean accepts(int port) {
        requireAlive();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Sends SIGTERM and waits for the end. @return how long it took */
    Duration stop() {
        long before = System.nanoTime();
        process.destroy();
        try {
            if (!process.waitFor(STOP_BOUND.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("The process '" + name + "' still runs " + STOP_BOUND.toSeconds()
                        + " s after it was told to stop:\n" + written());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the process '" + name + "'", e);
        } finally {
            close();
        }
        return Duration.ofNanos(System.nanoTime() - before);
    }

    /**
     * Waits until it ends by itself.
     *
     * @return what it wrote
     * @throws IllegalStateException with what it wrote, if it does not end within the bound, or not with 0
     */
    String awaitEnd(Duration bound) {
        try {
            if (!process.waitFor(bound.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException("The process '" + name + "' did not end well:\n" + written());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the process '" + name + "'", e);
        }
        return written();
    }

    /** Kills it if it still runs, and waits for its end, so that its files can be deleted. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private String written() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            return "(its output cannot be read: " + e + ")";
        }
    }
}
