package io.reliablemq.spring.idempotent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every store promises. */
abstract class IdempotencyStoreContract {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger calls = new AtomicInteger();

    /** The same marks as every other store of the test has. */
    abstract IdempotencyStore store();

    @AfterEach
    void endThreads() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void handlesAMessageOnceInEachGroup() throws Exception {
        for (String group : List.of("g", "h")) {
            store().once(group, Set.of("m"), this::done);
            store().once(group, Set.of("m"), this::done);
        }

        assertThat(calls).hasValue(2);
    }

    @Test
    void handlesAFailedMessageAgain() throws Exception {
        for (Exception thrown : List.of(new IOException("checked"), new IllegalStateException("unchecked"))) {
            assertThatExceptionOfType(Exception.class)
                    .isThrownBy(() -> store().once("g", Set.of("m"), keys -> {
                        throw thrown;
                    }))
                    .isSameAs(thrown);
        }
        store().once("g", Set.of("m"), keys -> Set.of());
        store().once("g", Set.of("m"), this::done);
        store().once("g", Set.of("m"), this::done);

        assertThat(calls).hasValue(1);
    }

    @Test
    void ofABatchHandlesWhatIsNotDone() throws Exception {
        store().once("g", Set.of("a"), this::done);
        store().once("g", Set.of("a", "b", "c"), keys -> {
            assertThat(keys).containsExactlyInAnyOrder("b", "c");
            return Set.of("b");
        });
        store().once("g", Set.of("a", "b", "c"), keys -> {
            assertThat(keys).containsExactly("c");
            return keys;
        });
        store().once("g", Set.of("a", "b", "c"), this::done);

        assertThat(calls).hasValue(1);
    }

    @Test
    void knowsLongAndUnusualKeys() throws Exception {
        String common = "k".repeat(300);
        List<String> keys = List.of("a", "A", "a ", "\u00e4", common + "1", common + "2", "\u0001", "");
        for (String key : keys) {
            store().once("g", Set.of(key), this::done);
            store().once("g", Set.of(key), this::done);
        }

        assertThat(calls).hasValue(keys.size());
    }

    @Test
    void aSecondDeliveryWaitsForTheFirst() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        Future<?> first = threads.submit(call(() -> store().once("g", Set.of("m"), keys -> {
            working.countDown();
            finish.await();
            return done(keys);
        })));
        working.await();
        CountDownLatch begun = new CountDownLatch(1);
        Future<?> second = threads.submit(call(() -> {
            begun.countDown();
            store().once("g", Set.of("m"), this::done);
        }));
        begun.await();

        finish.countDown();
        first.get(20, TimeUnit.SECONDS);
        second.get(20, TimeUnit.SECONDS);
        assertThat(calls).hasValue(1);
    }

    @Test
    void aSecondDeliveryTakesOverWhereTheFirstFails() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch fail = new CountDownLatch(1);
        Future<?> first = threads.submit(call(() -> store().once("g", Set.of("m"), keys -> {
            working.countDown();
            fail.await();
            throw new IllegalStateException("the first one fails");
        })));
        working.await();
        Future<?> second = threads.submit(call(() -> store().once("g", Set.of("m"), this::done)));
        fail.countDown();

        second.get(20, TimeUnit.SECONDS);
        assertThatExceptionOfType(Exception.class).isThrownBy(() -> first.get(20, TimeUnit.SECONDS));
        assertThat(calls).hasValue(1);
    }

    @Test
    void manyAtOnceHandleEachMessageOnce() throws Exception {
        Set<String> handled = new TreeSet<>();
        List<Future<?>> all = IntStream.range(0, 8)
                .<Future<?>>mapToObj(thread -> threads.submit(call(() -> {
                    for (int i = 0; i < 20; i++) {
                        store().once("g", Set.of("m" + i, "m" + (i + 1) % 20), keys -> {
                            synchronized (handled) {
                                assertThat(keys).noneMatch(handled::contains);
                                handled.addAll(keys);
                            }
                            return keys;
                        });
                    }
                })))
                .toList();
        for (Future<?> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }

        assertThat(handled).hasSize(20);
    }

    private Set<String> done(Set<String> keys) {
        calls.incrementAndGet();
        return keys;
    }

    private interface Task {
        void run() throws Exception;
    }

    private static Callable<Void> call(Task task) {
        return () -> {
            task.run();
            return null;
        };
    }
}
