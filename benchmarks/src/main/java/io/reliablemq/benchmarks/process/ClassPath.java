package io.reliablemq.benchmarks.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** How much an application gets onto its class path: the jars in a folder. */
public record ClassPath(int jars, long bytes) {

    public static ClassPath of(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> jars =
                    files.filter(file -> file.toString().endsWith(".jar")).toList();
            long bytes = 0;
            for (Path jar : jars) {
                bytes += Files.size(jar);
            }
            return new ClassPath(jars.size(), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
