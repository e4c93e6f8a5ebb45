package io.reliablemq.protocol.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AgentRunnerTest {

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final ErrorSink sink = (where, error) -> errors.add(error);

    /** Takes numbers from a queue; counts its steps. */
    private static class Counting implements Agent {

        final LinkedBlockingQueue<Integer> input = new LinkedBlockingQueue<>();
        final AtomicInteger steps = new AtomicInteger();
        final AtomicInteger sum = new AtomicInteger();
        final AtomicReference<String> stoppedOn = new AtomicReference<>();

        @Override
        public String name() {
            return "rmq-counting";
        }

        @Override
        public long doWork() throws Exception {
            steps.incrementAndGet();
            for (Integer next = input.poll(); next != null; next = input.poll()) {
                sum.addAndGet(next);
            }
            return UNTIL_SIGNAL;
        }

        @Override
        public void onStop() {
            stoppedOn.set(Thread.currentThread().getName());
        }
    }

    @Test
    void everySignalledInputIsSeenHoweverManyThreadsSignal() throws Exception {
        Counting agent = new Counting();
        try (AgentRunner runner = new AgentRunner(agent, sink).start()) {
            Thread[] producers = new Thread[4];
            for (int p = 0; p < producers.length; p++) {
                producers[p] = new Thread(() -> {
                    for (int i = 0; i < 25_000; i++) {
                        agent.input.add(1);
                        runner.signal();
                    }
                });
                producers[p].start();
            }
            for (Thread producer : producers) {
                producer.join();
            }
            await().until(() -> agent.sum.get() == 100_000);
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void itRestsUntilASignal() {
        Counting agent = new Counting();
        try (AgentRunner runner = new AgentRunner(agent, sink).start()) {
            await().until(() -> agent.steps.get() == 1);
            for (int i = 1; i <= 100; i++) {
                int before = agent.steps.get();
                agent.input.add(1);
                runner.signal();
                await().until(() -> agent.steps.get() > before);
            }
            // One step a signal; a signal that came while it was awake may cost one more.
            assertThat(agent.steps.get()).isBetween(101, 202);
        }
    }

    @Test
    void itComesBackAfterTheTimeItAskedFor() throws Exception {
        CountDownLatch thrice = new CountDownLatch(3);
        Agent agent = new Agent() {
            @Override
            public String name() {
                return "rmq-timed";
            }

            @Override
            public long doWork() {
                thrice.countDown();
                return TimeUnit.MILLISECONDS.toNanos(20);
            }
        };
        long start = System.nanoTime();
        try (AgentRunner runner = new AgentRunner(agent, sink).start()) {
            assertThat(thrice.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(40));
            assertThat(runner.isCurrentThread()).isFalse();
        }
    }

    @Test
    void closingStopsOnTheAgentsThreadAndWaitsForIt() {
        Counting agent = new Counting();
        AgentRunner runner = new AgentRunner(agent, sink).start();
        await().until(() -> agent.steps.get() > 0);
        runner.close();
        assertThat(agent.stoppedOn).hasValue("rmq-counting");
        runner.close();
        assertThatThrownBy(runner::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingWaitsThoughInterruptedAndKeepsTheInterrupt() throws Exception {
        CountDownLatch inStep = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        AtomicReference<Boolean> agentInterrupted = new AtomicReference<>();
        Agent slow = new Agent() {
            @Override
            public String name() {
                return "rmq-slow";
            }

            @Override
            public long doWork() throws Exception {
                inStep.countDown();
                finish.await();
                agentInterrupted.set(Thread.currentThread().isInterrupted());
                return UNTIL_SIGNAL;
            }
        };
        AgentRunner runner = new AgentRunner(slow, sink).start();
        assertThat(inStep.await(20, TimeUnit.SECONDS)).isTrue();
        AtomicReference<Boolean> closerInterrupted = new AtomicReference<>();
        Thread closer = new Thread(() -> {
            runner.close();
            closerInterrupted.set(Thread.currentThread().isInterrupted());
        });
        closer.start();
        await().until(() -> closer.getState() == Thread.State.WAITING);
        closer.interrupt();
        finish.countDown();
        closer.join(20_000);
        assertThat(closerInterrupted).hasValue(true);
        assertThat(agentInterrupted).hasValue(false);
    }

    @Test
    void aFailingStepIsReportedAndTriedAgainWithoutABusyLoop() {
        AtomicInteger steps = new AtomicInteger();
        Agent failing = new Agent() {
            @Override
            public String name() {
                return "rmq-failing";
            }

            @Override
            public long doWork() throws Exception {
                if (steps.incrementAndGet() == 3) {
                    throw new OutOfMemoryError("step 3");
                }
                if (steps.get() < 3) {
                    throw new Exception("step " + steps.get());
                }
                return UNTIL_SIGNAL;
            }

            @Override
            public void onStop() throws Exception {
                throw new Exception("stop");
            }
        };
        long start = System.nanoTime();
        try (AgentRunner runner = new AgentRunner(failing, sink).start()) {
            await().until(() -> steps.get() == 4);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
            assertThat(runner.isCurrentThread()).isFalse();
        }
        assertThat(errors).extracting(Throwable::getMessage).containsExactly("step 1", "step 2", "step 3", "stop");
    }

    @Test
    void oneThatNeverStartedClosesAtOnce() {
        Counting agent = new Counting();
        new AgentRunner(agent, sink).close();
        assertThat(agent.steps).hasValue(0);
    }
}
