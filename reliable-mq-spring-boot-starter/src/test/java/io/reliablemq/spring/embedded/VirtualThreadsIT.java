package io.reliablemq.spring.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reliablemq.spring.restarted.ThreadOfListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code spring.threads.virtual.enabled}, on the Java of the build and on a newer one where the machine has it. */
class VirtualThreadsIT {

    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");

    @TempDir
    Path folder;

    @Test
    void listenersRunOnThemWhereJavaHasThem() throws Exception {
        String thread = ThreadOfListener.ask(folder.toString());
        if (Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS) {
            assertThat(thread).startsWith("VirtualThread[").contains("rmq-consume-curious-");
        } else {
            assertThat(thread).startsWith("Thread[").contains("rmq-consume-curious-");
        }
    }

    @Test
    void listenersRunOnThemOnANewerJava() throws Exception {
        Optional<Path> newer = newerJava();
        assumeTrue(newer.isPresent(), "no Java with virtual threads beside that of the build");
        Path output = folder.resolve("output.log");
        Process process = new ProcessBuilder(
                        newer.get().resolve("bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ThreadOfListener.class.getName(),
                        folder.resolve("data").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(Files.readString(output))
                    .containsPattern("The listener ran on VirtualThread\\[.*rmq-consume-curious-");
        } finally {
            process.destroyForcibly();
        }
    }

    private static Optional<Path> newerJava() throws IOException {
        Path siblings = Path.of(System.getProperty("java.home")).toRealPath().getParent();
        try (Stream<Path> homes = Files.list(siblings)) {
            return homes.filter(home -> feature(home) >= FIRST_WITH_VIRTUAL_THREADS)
                    .findFirst();
        }
    }

    private static int feature(Path home) {
        Path release = home.resolve("release");
        try {
            Matcher version = VERSION.matcher(Files.exists(release) ? Files.readString(release) : "");
            return version.find() ? Integer.parseInt(version.group(1)) : 0;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
