package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.message;

import io.reliablemq.broker.FreePorts;
import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.protocol.runtime.Clock;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Not a test: prints how long a large log takes to open after SIGKILL. Arguments: an empty folder, GiB, and the exec jar, whose
 * start is measured too if it is given.
 *
 * <p>A child process fills the log at full speed and is killed while it writes on. The folder is left as it is.
 */
final class StoreOpening {

    private static final String FILL = "fill";
    private static final int BODY_BYTES = 4096;
    private static final int QUEUES = 64;
    private static final int IN_FLIGHT = 4_000;
    private static final int OPENINGS = 3;

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        long bytes = Long.parseLong(args[1]) << 30;
        if (args.length > 2 && args[2].equals(FILL)) {
            fill(folder, bytes);
            return;
        }
        fillAndKill(folder, args[1]);
        for (int i = 0; i < OPENINGS; i++) {
            open(folder, i == 0);
        }
        if (args.length > 2) {
            startProcess(folder, args[2]);
        }
    }

    private static void fillAndKill(Path folder, String gib) throws Exception {
        long start = System.nanoTime();
        Process child = java(
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreOpening.class.getName(),
                        folder.toString(),
                        gib,
                        FILL)
                .start();
        // One line comes when the log is large enough.
        if (child.getInputStream().read() < 0) {
            throw new IllegalStateException("The child ended with " + child.waitFor());
        }
        System.out.printf("Filled in %.1f s; killed while it writes%n", (System.nanoTime() - start) / 1e9);
        child.destroyForcibly().waitFor();
    }

    private static ProcessBuilder java(String... arguments) {
        ProcessBuilder builder = new ProcessBuilder();
        builder.command()
                .add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        builder.command().addAll(List.of(arguments));
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    private static void fill(Path folder, long bytes) throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        LogMessageStore store = LogMessageStore.open(
                StoreSettings.in(folder).withFlushDiskType(FlushDiskType.ASYNC_FLUSH),
                new DiskFiles(),
                Clock.SYSTEM,
                (where, error) -> failure.set(error));
        Semaphore inFlight = new Semaphore(IN_FLIGHT);
        boolean told = false;
        for (long i = 0; failure.get() == null; i++) {
            inFlight.acquire();
            store.append(
                    message(
                            "load",
                            (int) (i % QUEUES),
                            new byte[BODY_BYTES],
                            Map.of("TAGS", "a", "KEYS", "order-" + i, "UNIQ_KEY", "7F00000100002A9F0000" + i)),
                    -1,
                    result -> inFlight.release());
            if (!told && store.positions().committed() >= bytes) {
                told = true;
                System.out.println("large enough");
            }
        }
        throw new IllegalStateException("The log could not be filled", failure.get());
    }

    private static void open(Path folder, boolean afterKill) throws Exception {
        long start = System.nanoTime();
        LogMessageStore store =
                LogMessageStore.open(StoreSettings.in(folder), new DiskFiles(), Clock.SYSTEM, (where, error) -> {
                    throw new IllegalStateException(where, error);
                });
        System.out.printf(
                "Opened %s in %d ms: %s%n",
                afterKill ? "after the kill" : "again",
                millisSince(start),
                store.recovery().summary());
        store.close();
    }

    private static void startProcess(Path folder, String jar) throws Exception {
        int port = FreePorts.next();
        Path data = folder.toAbsolutePath();
        Files.delete(data.resolve("clean-stop"));
        long start = System.nanoTime();
        Process broker = java(
                        "-jar",
                        jar,
                        "--reliable-mq.broker.data-dir=" + data,
                        "--reliable-mq.broker.listen-port=" + port,
                        "--reliable-mq.broker.name-server.port=0",
                        "--reliable-mq.broker.management.port=0")
                .redirectOutput(new File("/dev/null"))
                .start();
        while (!accepts(port)) {
            if (broker.waitFor(10, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("The broker ended with " + broker.exitValue());
            }
        }
        System.out.printf("The process listened after %d ms%n", millisSince(start));
        broker.destroyForcibly().waitFor();
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }

    private StoreOpening() {}
}
