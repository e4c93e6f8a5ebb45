package io.reliablemq.benchmarks.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A Spring Boot application as a process, from a folder of jars. */
public final class SpringProcess implements AutoCloseable {

    private static final Duration READY_BOUND = Duration.ofSeconds(120);
    private static final String MAIN_CLASS = "io.reliablemq.benchmarks.startup.application.EmptyApplication";
    private static final String READY = "The application is ready";

    private final ChildProcess process;
    private final Duration startedIn;
    private final Duration processorTime;

    private SpringProcess(ChildProcess process, Duration startedIn, Duration processorTime) {
        this.process = process;
        this.startedIn = startedIn;
        this.processorTime = processorTime;
    }

    /**
     * Returns when it says that it is ready.
     *
     * @param jvmOptions of its JVM
     * @param jars folder of the class path
     * @param folder where it runs
     */
    public static SpringProcess start(
            String name, List<String> jvmOptions, Path jars, Path folder, List<String> arguments) {
        List<String> command = new ArrayList<>(jvmOptions);
        command.addAll(List.of("-cp", jars.toAbsolutePath() + "/*", MAIN_CLASS));
        command.addAll(arguments);
        long before = System.nanoTime();
        ChildProcess process = ChildProcess.java(name, folder, command);
        try {
            Waiting.until("the application " + name + " is ready", READY_BOUND, () -> process.hasWritten(READY));
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
        return new SpringProcess(process, Duration.ofNanos(System.nanoTime() - before), process.processorTime());
    }

    /** From the start of the process until it was ready, within 5 ms. */
    public Duration startedIn() {
        return startedIn;
    }

    /** What it had used of all processors when it was ready. */
    public Duration processorTime() {
        return processorTime;
    }

    @Override
    public void close() {
        process.stop();
    }
}
