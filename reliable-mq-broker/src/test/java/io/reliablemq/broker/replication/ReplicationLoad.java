package io.reliablemq.broker.replication;

import io.reliablemq.broker.replication.feed.ReplicaState;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.StoreSettings.Replication;
import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Not a test: prints how long a send waits without a slave and with one in a process of its own, and how fast a fresh slave
 * catches up. Arguments: an empty folder, seconds a round (0 for none), GiB to catch up with (none if left out).
 */
final class ReplicationLoad {

    private static final byte[] BODY = new byte[1024];
    private static final int CATCH_UP_IN_FLIGHT = 4_000;

    public static void main(String[] args) throws Exception {
        if (args[0].equals("slave")) {
            slave(Path.of(args[1]), args[2]);
            return;
        }
        Path root = Path.of(args[0]);
        int seconds = Integer.parseInt(args[1]);
        if (seconds > 0) {
            alone(root, seconds);
            withSlave(root, seconds);
        }
        if (args.length > 2) {
            catchUp(root, Long.parseLong(args[2]) << 30);
        }
    }

    private static void slave(Path folder, String master) throws Exception {
        SlaveNode node = new SlaveNode(
                SlaveNode.settings(folder).withPreallocateBytes(StoreSettings.DEFAULT_PREALLOCATE_BYTES),
                ReplicationSettings.DEFAULT,
                () -> master,
                (where, error) -> error.printStackTrace());
        // The parent ends it by closing its input.
        while (System.in.read() >= 0) {
            Thread.onSpinWait();
        }
        node.close();
    }

    static Process startSlave(Path folder, String master) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ReplicationLoad.class.getName(),
                        "slave",
                        folder.toString(),
                        master)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void stop(Process slave) throws Exception {
        slave.getOutputStream().close();
        slave.waitFor();
    }

    private static StoreSettings settings(Path folder) {
        return MasterNode.settings(folder).withPreallocateBytes(StoreSettings.DEFAULT_PREALLOCATE_BYTES);
    }

    private static void alone(Path root, int seconds) throws Exception {
        Path folder = root.resolve("alone");
        try (LogMessageStore store = LogMessageStore.open(
                StoreSettings.in(folder), new DiskFiles(), Clock.SYSTEM, (where, error) -> error.printStackTrace())) {
            rounds("alone", store, seconds);
        }
        delete(folder);
    }

    private static void withSlave(Path root, int seconds) throws Exception {
        try (MasterNode master = new MasterNode(
                settings(root.resolve("master")),
                ReplicationSettings.DEFAULT,
                0,
                (where, error) -> error.printStackTrace())) {
            Process slave = startSlave(root.resolve("slave"), master.address());
            awaitInSync(master);
            rounds("with a slave", master.store, seconds);
            stop(slave);
        }
        delete(root.resolve("master"));
        delete(root.resolve("slave"));
    }

    private static void awaitInSync(MasterNode master) {
        while (master.feeds.replicas().stream().noneMatch(ReplicaState::inSync)) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static void rounds(String what, LogMessageStore store, int seconds) throws Exception {
        send(what + ", warming up", store, 16, 2 * seconds);
        for (int senders : new int[] {1, 16, 64, 1}) {
            send(what, store, senders, seconds);
        }
    }

    private static void send(String what, LogMessageStore store, int senders, int seconds) throws Exception {
        long[][] waits = new long[senders][];
        LongAdder unsafe = new LongAdder();
        CountDownLatch done = new CountDownLatch(senders);
        long start = System.nanoTime();
        for (int i = 0; i < senders; i++) {
            int sender = i;
            new Thread(() -> {
                        waits[sender] = send(store, start + seconds * 1_000_000_000L, unsafe);
                        done.countDown();
                    })
                    .start();
        }
        done.await();
        double elapsed = (System.nanoTime() - start) / 1e9;
        long[] all = Arrays.stream(waits).flatMapToLong(Arrays::stream).sorted().toArray();
        System.out.printf(
                "%s, %d senders: %.0f/s, p50 %d us, p99 %d us, max %d us, not SEND_OK %d%n",
                what,
                senders,
                all.length / elapsed,
                all[all.length / 2] / 1000,
                all[(int) (all.length * 0.99)] / 1000,
                all[all.length - 1] / 1000,
                unsafe.sum());
    }

    private static long[] send(MessageStore store, long end, LongAdder unsafe) {
        long[] waits = new long[1 << 20];
        int count = 0;
        Semaphore answered = new Semaphore(0);
        StoredMessage message = ReplicatedMessages.message(BODY);
        while (System.nanoTime() < end && count < waits.length) {
            long start = System.nanoTime();
            store.append(message, MessageStore.NO_ORIGIN, result -> {
                if (result.status() != Status.COMMITTED) {
                    unsafe.increment();
                }
                answered.release();
            });
            answered.acquireUninterruptibly();
            waits[count++] = System.nanoTime() - start;
        }
        return Arrays.copyOf(waits, count);
    }

    private static void catchUp(Path root, long bytes) throws Exception {
        try (MasterNode master = new MasterNode(
                settings(root.resolve("master")).withReplication(Replication.LOCAL),
                ReplicationSettings.DEFAULT.withCatchUpRate(0),
                0,
                (where, error) -> error.printStackTrace())) {
            Semaphore inFlight = new Semaphore(CATCH_UP_IN_FLIGHT);
            StoredMessage message = ReplicatedMessages.message(new byte[4096]);
            long filling = System.nanoTime();
            while (master.store.positions().written() < bytes) {
                inFlight.acquire();
                master.store.append(message, MessageStore.NO_ORIGIN, result -> inFlight.release());
            }
            inFlight.acquire(CATCH_UP_IN_FLIGHT);
            System.out.printf(
                    "filled %d MiB at %.0f MB/s%n", bytes >> 20, bytes / 1e6 / ((System.nanoTime() - filling) / 1e9));
            Process slave = startSlave(root.resolve("slave"), master.address());
            while (master.feeds.replicas().isEmpty()) {
                LockSupport.parkNanos(1_000_000);
            }
            Duration feeding = cpu(ProcessHandle.current());
            Duration following = cpu(slave.toHandle());
            long start = System.nanoTime();
            while (master.feeds.replicas().get(0).lagBytes() > 0) {
                LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
            }
            double elapsed = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    "caught up in %.1f s, %.0f MB/s; processor time: master %d ms, slave %d ms%n",
                    elapsed,
                    bytes / 1e6 / elapsed,
                    cpu(ProcessHandle.current()).minus(feeding).toMillis(),
                    cpu(slave.toHandle()).minus(following).toMillis());
            stop(slave);
        }
        delete(root.resolve("master"));
        delete(root.resolve("slave"));
    }

    private static Duration cpu(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static void delete(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private ReplicationLoad() {}
}
