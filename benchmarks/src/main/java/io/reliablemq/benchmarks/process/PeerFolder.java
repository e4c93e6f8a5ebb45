package io.reliablemq.benchmarks.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folder with the official client, name server and broker and everything they need. */
public record PeerFolder(Path folder) {

    public PeerFolder {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(
                    "The folder " + folder + " does not exist; package the module conformance/apache-peer first");
        }
    }

    /** As the Java launcher's {@code -cp} takes it. */
    String classPath() {
        return folder + "/*";
    }

    public List<Path> jars() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
