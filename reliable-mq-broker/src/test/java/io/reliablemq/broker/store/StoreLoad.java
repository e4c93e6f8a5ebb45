package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.message;

import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.protocol.runtime.Clock;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/** Not a test: prints how fast this machine appends 1 KiB messages. Arguments: folder, seconds a round. */
final class StoreLoad {

    public static void main(String[] args) throws Exception {
        Path root = Path.of(args[0]);
        int seconds = Integer.parseInt(args[1]);
        for (FlushDiskType type : FlushDiskType.values()) {
            for (int callers : new int[] {1, 1, 16, 64}) {
                Path folder = root.resolve(type + "-" + callers);
                round(StoreSettings.in(folder).withFlushDiskType(type), callers, seconds);
                delete(folder);
            }
        }
    }

    private static void round(StoreSettings settings, int callers, int seconds) throws Exception {
        LogMessageStore store = LogMessageStore.open(settings, new DiskFiles(), Clock.SYSTEM, (where, error) -> {
            throw new IllegalStateException(where, error);
        });
        long[][] waits = new long[callers][];
        CountDownLatch done = new CountDownLatch(callers);
        long start = System.nanoTime();
        for (int i = 0; i < callers; i++) {
            int caller = i;
            new Thread(() -> {
                        waits[caller] = call(store, caller, start + seconds * 1_000_000_000L);
                        done.countDown();
                    })
                    .start();
        }
        done.await();
        double elapsed = (System.nanoTime() - start) / 1e9;
        long[] all = Arrays.stream(waits).flatMapToLong(Arrays::stream).sorted().toArray();
        System.out.printf(
                "%s %d callers: %.0f/s, p50 %d us, p99 %d us, max %d us%n",
                settings.flushDiskType(),
                callers,
                all.length / elapsed,
                all[all.length / 2] / 1000,
                all[(int) (all.length * 0.99)] / 1000,
                all[all.length - 1] / 1000);
        readAll(store);
        store.close();
        long reopen = System.nanoTime();
        LogMessageStore again = LogMessageStore.open(settings, new DiskFiles(), Clock.SYSTEM, (where, error) -> {});
        System.out.printf("  reopened in %d ms: %s%n", (System.nanoTime() - reopen) / 1_000_000, again.recovery());
        again.close();
    }

    private static void readAll(LogMessageStore store) throws Exception {
        long start = System.nanoTime();
        long count = 0;
        for (QueueKey queue : store.queues()) {
            for (long offset = store.minOffset(queue); offset < store.maxOffset(queue); ) {
                MessageStore.Selection selection = store.select(queue, offset, 32, 1 << 20, tag -> true);
                store.read(selection, ByteBuffer.allocateDirect(selection.totalBytes()));
                offset = selection.nextOffset();
                count += selection.entries().size();
            }
        }
        System.out.printf("  read %.0f/s in pulls of 32%n", count / ((System.nanoTime() - start) / 1e9));
    }

    private static long[] call(LogMessageStore store, int caller, long end) {
        long[] waits = new long[1 << 20];
        int count = 0;
        byte[] body = new byte[1024];
        Semaphore answered = new Semaphore(0);
        while (System.nanoTime() < end && count < waits.length) {
            long start = System.nanoTime();
            store.append(
                    message(
                            "load",
                            caller % 4,
                            body,
                            Map.of("TAGS", "a", "KEYS", "order-" + count, "UNIQ_KEY", "7F00000100002A9F0000" + count)),
                    -1,
                    result -> answered.release());
            answered.acquireUninterruptibly();
            waits[count++] = System.nanoTime() - start;
        }
        return Arrays.copyOf(waits, count);
    }

    private static void delete(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private StoreLoad() {}
}
