package io.reliablemq.broker.delivery;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Histogram;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.AgentRunner;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Not a test: prints what waiting messages cost and how punctual they are, on this machine's disk under
 * {@code SYNC_FLUSH}. Arguments: folder (must be empty), messages that wait for a far time, seconds at 1,000/s.
 */
final class DelayLoad implements AutoCloseable {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);
    private static final QueueKey TARGET = new QueueKey("orders", 0);
    private static final DelayLevels LEVELS = DelayLevels.parse("1s 5s 10s 20s");
    private static final int RATE = 1_000;
    private static final int BURST = 100_000;
    private static final ErrorSink ERRORS = (where, error) -> {
        throw new IllegalStateException(where, error);
    };

    private final MessageCopies copies = new MessageCopies(LEVELS, HOST);
    private final Semaphore room = new Semaphore(4_000);
    private final LogMessageStore store;
    private final DelayCursors cursors;
    private final DelaySchedule schedule;
    private final AgentRunner scheduler;
    private Histogram answers = Histogram.ofNanos();
    private long read;

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        int pending = Integer.parseInt(args[1]);
        int seconds = Integer.parseInt(args[2]);
        try (DelayLoad load = new DelayLoad(folder)) {
            load.park(pending);
        }
        try (DelayLoad load = new DelayLoad(folder)) {
            load.rate("timers, random delays of 1 to 20 s", seconds, load::parkTimer);
            load.rate("levels of 1, 5, 10 and 20 s", seconds, load::parkOnLevel);
            load.burst();
        }
    }

    private DelayLoad(Path folder) throws Exception {
        long start = System.nanoTime();
        Files.createDirectories(folder.resolve("state"));
        DiskFiles files = new DiskFiles();
        store = LogMessageStore.open(StoreSettings.in(folder), files, Clock.SYSTEM, ERRORS);
        long opened = System.nanoTime();
        cursors = DelayCursors.load(new AtomicFile(files, folder.resolve("state/delays.json")), store);
        Set<Long> copied = new HashSet<>();
        store.forEachOrigin(cursors.copiesFrom(), (origin, position) -> copied.add(origin));
        AtomicReference<AgentRunner> runner = new AtomicReference<>();
        schedule = new DelaySchedule(
                store,
                copies,
                LEVELS,
                new OwnDelays(),
                cursors,
                copied::contains,
                Clock.SYSTEM,
                () -> runner.get().signal());
        scheduler = new AgentRunner(
                new Agent() {
                    @Override
                    public String name() {
                        return "rmq-scheduler";
                    }

                    @Override
                    public long doWork() throws Exception {
                        return schedule.doWork();
                    }
                },
                ERRORS);
        runner.set(scheduler);
        store.onArrival((queue, max) -> {
            if (MessageCopies.isParking(queue.topic())) {
                scheduler.signal();
            }
        });
        read = store.maxOffset(TARGET);
        System.out.printf(
                "opened the store in %d ms and the schedule in %d ms: %,d wait, heap %d MB%n",
                (opened - start) / 1_000_000, (System.nanoTime() - opened) / 1_000_000, schedule.pending(), heapMb());
        scheduler.start();
    }

    private void park(int count) throws Exception {
        Random random = new Random(1);
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            append(copies.parkedUntil(message(0), System.currentTimeMillis() + 3_600_000L + random.nextInt(1 << 30)));
        }
        awaitAnswers();
        System.out.printf(
                "parked %,d messages in %d ms, heap %d MB%n", count, (System.nanoTime() - start) / 1_000_000, heapMb());
    }

    private interface Parking {
        void park(Random random);
    }

    private void parkTimer(Random random) {
        long due = System.currentTimeMillis() + 1_000 + random.nextInt(19_000);
        append(copies.parkedUntil(message(due), due));
    }

    private void parkOnLevel(Random random) {
        int level = 1 + random.nextInt(LEVELS.highest());
        append(copies.parked(
                message(System.currentTimeMillis() + LEVELS.delay(level).toMillis()), level));
    }

    private void rate(String what, int seconds, Parking parking) throws Exception {
        int count = RATE * seconds;
        Thread producer = new Thread(() -> {
            Random random = new Random(2);
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                LockSupport.parkNanos(start + i * 1_000_000_000L / RATE - System.nanoTime());
                parking.park(random);
            }
        });
        Histogram.Snapshot before = lateness();
        answers = Histogram.ofNanos();
        Histogram.Snapshot none = answers.snapshot();
        producer.start();
        print(what + ", " + RATE + "/s for " + seconds + " s", receive(count));
        producer.join();
        System.out.printf(
                "  committed in their topic: p50 %s, p99 %s, p99.9 %s%n",
                accounted(before, 0.5), accounted(before, 0.99), accounted(before, 0.999));
        System.out.printf(
                "  (sends of the messages that are to wait took p50 %s, p99 %s, p99.9 %s)%n",
                share(none, answers.snapshot(), 0.5),
                share(none, answers.snapshot(), 0.99),
                share(none, answers.snapshot(), 0.999));
    }

    private void burst() throws Exception {
        long due = System.currentTimeMillis() + 8_000;
        for (int i = 0; i < BURST; i++) {
            append(copies.parkedUntil(message(due), due));
        }
        awaitAnswers();
        if (System.currentTimeMillis() > due) {
            throw new IllegalStateException("It took longer to park them than until they were due");
        }
        print("burst of " + BURST + " due at once", receive(BURST));
        long start = System.nanoTime();
        for (int i = 0; i < BURST; i++) {
            append(message(0));
        }
        awaitAnswers();
        System.out.printf("  (to append as many directly took %d ms)%n", (System.nanoTime() - start) / 1_000_000);
    }

    /** Reads what is delivered, as soon as it can be read; gives how late each was, in ms. */
    private long[] receive(int count) throws Exception {
        long[] late = new long[count];
        int seen = 0;
        while (seen < count) {
            MessageStore.Selection found = store.select(TARGET, read, 1_000, 1 << 20, tag -> true);
            long now = System.currentTimeMillis();
            ByteBuffer bytes = ByteBuffer.allocate(found.totalBytes());
            store.read(found, bytes);
            for (StoredMessage message : MessageLayout.decodeAll(bytes.flip())) {
                late[seen++] = now - ByteBuffer.wrap(message.body()).getLong();
            }
            read = found.nextOffset();
            if (found.entries().isEmpty()) {
                LockSupport.parkNanos(500_000);
            }
        }
        Arrays.sort(late);
        return late;
    }

    private static void print(String what, long[] late) {
        System.out.printf(
                "%s: late p50 %d ms, p99 %d ms, p99.9 %d ms, max %d ms; heap %d MB%n",
                what,
                late[late.length / 2],
                late[(int) (late.length * 0.99)],
                late[(int) (late.length * 0.999)],
                late[late.length - 1],
                heapMb());
    }

    /** How late the copies were committed by the broker's own account: of this share, no later than this many ms. */
    private String accounted(Histogram.Snapshot before, double share) {
        return share(before, lateness(), share);
    }

    private static String share(Histogram.Snapshot before, Histogram.Snapshot after, double share) {
        double wanted = (after.count() - before.count()) * share;
        for (int i = 0; i < after.buckets().size(); i++) {
            if (after.buckets().get(i).count() - before.buckets().get(i).count() >= wanted) {
                return "at most " + Math.round(after.buckets().get(i).upTo() * 1000) + " ms";
            }
        }
        return "more";
    }

    private Histogram.Snapshot lateness() {
        return schedule.figures().read().stream()
                .map(Figure::histogram)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
    }

    private void append(StoredMessage message) {
        room.acquireUninterruptibly();
        long start = System.nanoTime();
        store.append(message, MessageStore.NO_ORIGIN, result -> {
            answers.record(System.nanoTime() - start);
            if (!result.status().isStored()) {
                throw new IllegalStateException(result.toString());
            }
            room.release();
        });
    }

    private void awaitAnswers() {
        room.acquireUninterruptibly(4_000);
        room.release(4_000);
    }

    private static StoredMessage message(long dueMs) {
        byte[] body = ByteBuffer.allocate(1024).putLong(dueMs).array();
        return new StoredMessage(
                TARGET.topic(),
                TARGET.queueId(),
                0,
                0,
                0,
                0,
                System.currentTimeMillis(),
                HOST,
                0,
                HOST,
                0,
                0,
                Map.of(),
                body);
    }

    private static long heapMb() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
    }

    @Override
    public void close() throws Exception {
        scheduler.close();
        cursors.persist();
        store.close();
    }
}
