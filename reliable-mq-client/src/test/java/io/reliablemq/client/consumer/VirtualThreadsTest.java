package io.reliablemq.client.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.testing.ConsumerScene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Listeners on virtual threads. They exist from Java 21 on, so that the test runs in a process of a newer JDK where there is one
 * on the machine: that of {@code -Dnewer.jdk=...}, or one below {@code /usr/lib/jvm}.
 */
class VirtualThreadsTest {

    private static final int AT_ONCE = 200;
    private static final int QUEUES = 4;
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");

    @TempDir
    Path folder;

    /** As many listeners that wait for each other as are allowed at once; then the client closes in order. */
    public static final class Application {

        public static void main(String[] arguments) throws Exception {
            // Compiled for an older Java.
            ExecutorService executor = (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
            CountDownLatch all = new CountDownLatch(AT_ONCE);
            CountDownLatch ended = new CountDownLatch(AT_ONCE);
            AtomicInteger virtual = new AtomicInteger();
            try (ConsumerScene scene = new ConsumerScene(QUEUES)) {
                for (int i = 0; i < AT_ONCE; i++) {
                    scene.put(i % QUEUES, "m" + i);
                }
                scene.client()
                        .pushConsumer(
                                ConsumerScene.settings()
                                        .executor(executor)
                                        .threads(AT_ONCE)
                                        .build(),
                                message -> {
                                    if (Boolean.TRUE.equals(
                                            Thread.class.getMethod("isVirtual").invoke(Thread.currentThread()))) {
                                        virtual.incrementAndGet();
                                    }
                                    all.countDown();
                                    boolean together = all.await(30, TimeUnit.SECONDS);
                                    ended.countDown();
                                    return together ? ConsumeResult.CONSUME_SUCCESS : ConsumeResult.RECONSUME_LATER;
                                })
                        .start();
                System.out.println("ended " + ended.await(60, TimeUnit.SECONDS));
            }
            System.out.println("virtual " + virtual.get() + " together " + (all.getCount() == 0));
            System.exit(0);
        }
    }

    @Test
    void asManyListenersAsAreAllowedWaitAtOnce() throws Exception {
        Path java = newerJava();
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(
                        java.toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Application.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).contains("ended true").contains("virtual " + AT_ONCE + " together true");
    }

    private static Path newerJava() throws IOException {
        if (Runtime.version().feature() >= 21) {
            return Path.of(System.getProperty("java.home"), "bin", "java");
        }
        String given = System.getProperty("newer.jdk");
        if (given != null) {
            return Path.of(given, "bin", "java");
        }
        Path all = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(all)) {
            try (Stream<Path> homes = Files.list(all)) {
                List<Path> newer = homes.filter(home -> Files.isExecutable(home.resolve("bin/java")))
                        .filter(home -> version(home) >= 21)
                        .sorted(Comparator.comparingInt(VirtualThreadsTest::version))
                        .toList();
                if (!newer.isEmpty()) {
                    return newer.get(0).resolve("bin/java");
                }
            }
        }
        return abort("Virtual threads need Java 21 or later: this one is " + Runtime.version()
                + " and there is none below /usr/lib/jvm; name one with -Dnewer.jdk=");
    }

    private static int version(Path home) {
        try {
            Matcher version = VERSION.matcher(Files.readString(home.resolve("release")));
            return version.find() ? Integer.parseInt(version.group(1)) : 0;
        } catch (IOException unreadable) {
            return 0;
        }
    }
}
