package io.reliablemq.benchmarks.process;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A client under measurement as a process of its own, on the driver's class path. */
public final class ClientProcess {

    private static final Duration BOUND = Duration.ofMinutes(10);

    /**
     * Runs it to its end.
     *
     * @return what it wrote
     * @throws IllegalStateException with what it wrote, if it did not end well
     */
    public static String run(
            String name, Path folder, List<String> jvmOptions, String mainClass, List<String> arguments) {
        List<String> all = new ArrayList<>(jvmOptions);
        all.addAll(List.of("-cp", ownClassPath(), mainClass));
        all.addAll(arguments);
        try (ChildProcess process = ChildProcess.java(name, folder, all)) {
            return process.awaitEnd(BOUND);
        }
    }

    /** The driver's, absolute, as the process runs in another folder. */
    static String ownClassPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private ClientProcess() {}
}
