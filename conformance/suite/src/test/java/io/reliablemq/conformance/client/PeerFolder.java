package io.reliablemq.conformance.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folder with the official client, name server and broker and everything they need. */
public final class PeerFolder {

    private static final Path FOLDER = Path.of(System.getProperty("peer.lib", "../apache-peer/target/peer-lib"))
            .toAbsolutePath()
            .normalize();

    private PeerFolder() {}

    /** As the Java launcher's {@code -cp} takes it. */
    public static String classPath() {
        requirePresent();
        return FOLDER + "/*";
    }

    static List<Path> jars() {
        requirePresent();
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void requirePresent() {
        if (!Files.isDirectory(FOLDER)) {
            throw new IllegalStateException(
                    "The folder " + FOLDER + " does not exist; package the module conformance/apache-peer first");
        }
    }
}
