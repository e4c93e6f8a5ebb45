package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.bodies;
import static io.reliablemq.broker.store.TestMessages.message;
import static io.reliablemq.broker.store.TestMessages.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.protocol.runtime.Clock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several callers at once, readers beside writers, and a wall clock that jumps. */
class StoreConcurrencyTest {

    private static final QueueKey QUEUE = new QueueKey("orders", 0);
    private static final int THREADS = 8;
    private static final int EACH = 250;

    @TempDir
    Path folder;

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

    private LogMessageStore open(StoreSettings settings, Clock clock) throws Exception {
        return LogMessageStore.open(settings, new DiskFiles(), clock, (where, error) -> errors.add(error));
    }

    @ParameterizedTest
    @EnumSource(FlushDiskType.class)
    void keepsEachThreadsOrderAndAnswersInTheOrderOfTheLog(FlushDiskType type) throws Exception {
        StoreSettings settings =
                StoreSettings.in(folder).withFlushDiskType(type).withSegmentBytes(64 << 10);
        List<Long> answered = Collections.synchronizedList(new ArrayList<>());
        try (LogMessageStore store = open(settings, Clock.SYSTEM)) {
            CountDownLatch answers = new CountDownLatch(THREADS * EACH);
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                int thread = t;
                threads.add(new Thread(() -> {
                    for (int i = 0; i < EACH; i++) {
                        store.append(message("orders", 0, thread + ":" + i), -1, result -> {
                            if (result.status() == Status.COMMITTED) {
                                answered.add(result.queueOffset());
                            }
                            answers.countDown();
                        });
                    }
                }));
            }
            threads.forEach(Thread::start);
            assertThat(answers.await(60, TimeUnit.SECONDS)).isTrue();

            assertThat(answered).hasSize(THREADS * EACH).isSorted();
            int[] next = new int[THREADS];
            for (String body : bodies(store, QUEUE)) {
                String[] parts = body.split(":");
                assertThat(Integer.parseInt(parts[1])).isEqualTo(next[Integer.parseInt(parts[0])]++);
            }
            assertThat(next).containsOnly(EACH);
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void whatIsFoundInItsQueueIsFoundAtItsPosition() throws Exception {
        try (LogMessageStore store = open(StoreSettings.in(folder), Clock.SYSTEM)) {
            int count = 20_000;
            long origin = put(store, message("orders", 1, "original")).position();
            CountDownLatch answers = new CountDownLatch(count);
            new Thread(() -> {
                        for (int i = 0; i < count; i++) {
                            store.append(message("orders", 0, "copy"), origin, result -> answers.countDown());
                        }
                    })
                    .start();
            for (long seen = 0; answers.getCount() > 0; ) {
                long max = store.maxOffset(QUEUE);
                if (max > seen) {
                    seen = max;
                    long position = store.readAt(QUEUE, max - 1).position();
                    assertThat(store.originAt(position)).isEqualTo(origin);
                    assertThat(store.readAt(position)).isNotNull();
                }
            }
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void readersSeeAWholePrefixWhileOthersWrite() throws Exception {
        StoreSettings settings = StoreSettings.in(folder).withSegmentBytes(16 << 10);
        try (LogMessageStore store = open(settings, Clock.SYSTEM)) {
            int count = 600;
            CountDownLatch answers = new CountDownLatch(count);
            Thread writer = new Thread(() -> {
                for (int i = 0; i < count; i++) {
                    store.append(message("orders", 0, "m" + i), -1, result -> answers.countDown());
                }
            });
            writer.start();
            int seen = 0;
            while (answers.getCount() > 0) {
                List<String> bodies = bodies(store, QUEUE);
                assertThat(bodies.size()).isGreaterThanOrEqualTo(seen);
                seen = bodies.size();
                for (int i = 0; i < seen; i++) {
                    assertThat(bodies.get(i)).isEqualTo("m" + i);
                }
            }
            assertThat(bodies(store, QUEUE)).hasSize(count);
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void readingSurvivesAnInterruptOfTheReader() throws Exception {
        try (LogMessageStore store = open(StoreSettings.in(folder), Clock.SYSTEM)) {
            put(store, message("orders", 0, "x"));
            Thread.currentThread().interrupt();

            List<String> bodies = bodies(store, QUEUE);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(bodies).containsExactly("x");
            assertThat(put(store, message("orders", 0, "y")).status()).isEqualTo(Status.COMMITTED);
        }
    }

    @Test
    void findsOffsetsByTimeAlthoughTheWallClockWasSetBack() throws Exception {
        AtomicLong wall = new AtomicLong(1000);
        Clock clock = new Clock() {
            @Override
            public long wallMs() {
                return wall.get();
            }

            @Override
            public long nanos() {
                return System.nanoTime();
            }
        };
        try (LogMessageStore store = open(StoreSettings.in(folder), clock)) {
            for (long time : new long[] {1000, 2000, 500, 2500, 3000}) {
                wall.set(time);
                put(store, message("orders", 0, "at " + time));
            }
        }
        wall.set(100);
        try (LogMessageStore store = open(StoreSettings.in(folder), clock)) {
            put(store, message("orders", 0, "after a restart in the past"));

            assertThat(store.offsetByTime(QUEUE, 0)).isZero();
            assertThat(store.offsetByTime(QUEUE, 1001)).isEqualTo(1);
            assertThat(store.offsetByTime(QUEUE, 2000)).isEqualTo(1);
            assertThat(store.offsetByTime(QUEUE, 2001)).isEqualTo(3);
            assertThat(store.offsetByTime(QUEUE, 3000)).isEqualTo(4);
            assertThat(store.offsetByTime(QUEUE, 3001)).isEqualTo(6);
            assertThat(store.offsetByTime(new QueueKey("nobody", 0), 5)).isZero();
        }
    }
}
