package io.reliablemq.client.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.testing.ManualClock;
import io.reliablemq.protocol.runtime.Agent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskLoopTest {

    private final ManualClock clock = new ManualClock();
    private final List<String> ran = new ArrayList<>();
    private final List<Throwable> errors = new ArrayList<>();
    private final TaskLoop loop = new TaskLoop(clock, (where, error) -> errors.add(error));

    @Test
    void runsTasksInTheOrderOfTheirTimes() {
        loop.schedule(Duration.ofSeconds(3), () -> ran.add("late"));
        loop.schedule(Duration.ofSeconds(1), () -> ran.add("first"));
        loop.schedule(Duration.ofSeconds(1), () -> ran.add("second"));
        loop.execute(() -> ran.add("now"));

        assertThat(loop.doWork()).isEqualTo(Duration.ofSeconds(1).toNanos());
        assertThat(ran).containsExactly("now");
        clock.advance(Duration.ofSeconds(2));
        assertThat(loop.doWork()).isEqualTo(Duration.ofSeconds(1).toNanos());
        clock.advance(Duration.ofSeconds(1));
        assertThat(loop.doWork()).isEqualTo(Agent.UNTIL_SIGNAL);
        assertThat(ran).containsExactly("now", "first", "second", "late");
    }

    @Test
    void runsNothingThatWasCancelled() {
        TaskLoop.Timer timer = loop.schedule(Duration.ofSeconds(1), () -> ran.add("cancelled"));
        loop.doWork();
        timer.cancel();
        clock.advance(Duration.ofSeconds(1));
        loop.doWork();

        assertThat(ran).isEmpty();
    }

    @Test
    void repeatsEvenAfterAnError() {
        loop.every(Duration.ofSeconds(1), () -> {
            ran.add("tick");
            throw new IllegalStateException("boom");
        });
        for (int i = 0; i < 3; i++) {
            loop.doWork();
            clock.advance(Duration.ofSeconds(1));
        }
        loop.doWork();

        assertThat(ran).hasSize(3);
        assertThat(errors).hasSize(3);
    }

    @Test
    void repeatsNoMoreOnceItIsStopped() {
        PeriodicTask ticks = new PeriodicTask(loop, Duration.ofSeconds(1), () -> ran.add("tick"));
        ticks.start();
        loop.doWork();
        clock.advance(Duration.ofSeconds(1));
        loop.doWork();
        ticks.stop();
        for (int i = 0; i < 2; i++) {
            clock.advance(Duration.ofSeconds(1));
            loop.doWork();
        }

        assertThat(ran).containsExactly("tick");
    }

    @Test
    void watchesFourTimesWithinALimit() {
        PeriodicTask.watching(loop, Duration.ofSeconds(2), Duration.ofSeconds(1), () -> ran.add("look"))
                .start();
        PeriodicTask.watching(loop, Duration.ofMinutes(1), Duration.ofSeconds(1), () -> ran.add("look at longest"))
                .start();
        loop.doWork();
        for (int i = 0; i < 2; i++) {
            clock.advance(Duration.ofMillis(500));
            loop.doWork();
        }

        assertThat(ran).containsExactlyInAnyOrder("look", "look", "look at longest");
    }

    @Test
    void wakesItsThreadForEachTask() {
        List<String> signals = new ArrayList<>();
        loop.onNewTask(() -> signals.add("signal"));
        loop.execute(() -> {});
        loop.schedule(Duration.ofSeconds(1), () -> {});

        assertThat(signals).hasSize(2);
    }
}
