package io.reliablemq.client.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.testing.ManualClock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Looks are taken by hand, and time passes for them alone. */
class GrowingThreadsTest {

    private static final int FEW = 2;
    private static final int MOST = 9;

    private final ManualClock clock = new ManualClock();
    private final TaskLoop loop = new TaskLoop(clock, (where, error) -> {
        throw new AssertionError(error);
    });
    private final GrowingThreads threads =
            new GrowingThreads("growing", FEW, MOST, Duration.ofMillis(1), (task, pool) -> task.run(), loop, clock);

    @AfterEach
    void end() {
        threads.threads().shutdownNow();
    }

    private void look() {
        clock.advance(Duration.ofMillis(6));
        loop.doWork();
    }

    @Test
    void growToAsManyAsAreAllowedWhenEverythingWaits() {
        AtomicInteger waiting = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        for (int i = 0; i < 2 * MOST; i++) {
            threads.execute(() -> {
                waiting.incrementAndGet();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        await().until(() -> waiting.get() == FEW);

        await().until(() -> {
            look();
            return waiting.get() == MOST;
        });

        look();
        assertThat(waiting).hasValue(MOST);
        release.countDown();
        await().until(() -> waiting.get() == 2 * MOST);
    }

    @Test
    void stayFewWhileTheCodeIsQuick() {
        AtomicInteger done = new AtomicInteger();
        int tasks = 20_000;
        int doneAtLook = 0;
        for (int i = 0; i < tasks; i++) {
            threads.execute(done::incrementAndGet);
            // Not when the machine has had no time for the threads, which looks as if they waited.
            if (done.get() - doneAtLook > 100) {
                doneAtLook = done.get();
                look();
            }
        }
        await().until(() -> done.get() == tasks);

        assertThat(threads.threads().getLargestPoolSize()).isLessThanOrEqualTo(FEW);
    }

    @Test
    void becomeFewAgainWhenTheCodeIsQuickAgain() {
        CountDownLatch release = new CountDownLatch(1);
        for (int i = 0; i < MOST; i++) {
            threads.execute(() -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        await().until(() -> {
            look();
            return threads.threads().getCorePoolSize() == MOST;
        });
        release.countDown();

        await().until(() -> {
            for (int i = 0; i < 100; i++) {
                threads.execute(() -> {});
            }
            look();
            return threads.threads().getCorePoolSize() == FEW;
        });
        await().until(() -> threads.threads().getPoolSize() <= FEW);
    }
}
