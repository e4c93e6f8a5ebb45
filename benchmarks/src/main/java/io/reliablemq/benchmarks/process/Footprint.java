package io.reliablemq.benchmarks.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process takes of the machine at one moment, as Linux counts it.
 *
 * @param residentBytes memory that is in use, shared pages included
 */
public record Footprint(long residentBytes, int threads) {

    static Footprint of(ProcessHandle process) {
        try {
            return parse(Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")));
        } catch (IOException e) {
            throw new UncheckedIOException("The system says nothing of process " + process.pid(), e);
        }
    }

    /** Reads the lines of {@code /proc/PID/status}. */
    static Footprint parse(List<String> lines) {
        return new Footprint(field(lines, "VmRSS:") * 1024, (int) field(lines, "Threads:"));
    }

    Footprint plus(Footprint other) {
        return new Footprint(residentBytes + other.residentBytes, threads + other.threads);
    }

    private static long field(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no line " + name + " in " + lines));
    }
}
