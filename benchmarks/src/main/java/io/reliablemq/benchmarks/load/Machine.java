package io.reliablemq.benchmarks.load;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What there is to say of the machine, as Linux tells it. */
final class Machine {

    static String processors() {
        return Runtime.getRuntime().availableProcessors() + " x "
                + field(Path.of("/proc/cpuinfo"), "model name").orElse(System.getProperty("os.arch"));
    }

    static String memory() {
        return field(Path.of("/proc/meminfo"), "MemTotal").orElse("unknown");
    }

    static String system() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version");
    }

    static String java() {
        return System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version");
    }

    /** Kind and device of the file system that the folder is on. */
    static String disk(Path folder) {
        try {
            Files.createDirectories(folder);
            return Files.getFileStore(folder).type() + " on "
                    + Files.getFileStore(folder).name();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Over the last 1, 5 and 15 minutes. */
    static String load() {
        Path file = Path.of("/proc/loadavg");
        return Files.exists(file)
                ? String.join(" ", List.of(lines(file).get(0).split(" ")).subList(0, 3))
                : "unknown";
    }

    /** What this process has used of all processors since it started. */
    static Duration processorTimeOfDriver() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return Duration.ofNanos(system.getProcessCpuTime());
    }

    private static Optional<String> field(Path file, String name) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return lines(file).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst();
    }

    private static List<String> lines(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Machine() {}
}
