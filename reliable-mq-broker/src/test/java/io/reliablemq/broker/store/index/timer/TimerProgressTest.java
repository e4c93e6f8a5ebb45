package io.reliablemq.broker.store.index.timer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TimerProgressTest {

    @Test
    void onePartOfTheLogIsDoneUpToOneTime() {
        TimerProgress progress = TimerProgress.NOTHING.upTo(100).with(new Timer(50, 10, 1));

        assertThat(progress.isDone(50, 10)).isTrue();
        assertThat(progress.isDone(49, 99)).isTrue();
        assertThat(progress.isDone(50, 11)).isFalse();
        assertThat(progress.isDone(1, 100)).isFalse();
    }

    @Test
    void whatIsLookedAtLaterCanBeDueBeforeWhatIsDone() {
        TimerProgress progress = TimerProgress.NOTHING.upTo(100).with(new Timer(50, 10, 1));
        assertThat(progress.isPast(20, 100)).isTrue();

        TimerProgress later = progress.withNewStep().upTo(200);
        assertThat(later.isDone(20, 100)).isFalse();
        assertThat(later.isDone(20, 99)).isTrue();

        TimerProgress done = later.with(new Timer(20, 100, 1));
        assertThat(done.steps()).hasSize(2);
        assertThat(done.isDone(20, 100)).isTrue();
        assertThat(done.isDone(50, 10)).isTrue();
        assertThat(done.isDone(30, 150)).isFalse();
        assertThat(done.with(new Timer(60, 5, 1)).steps()).hasSize(1);
    }

    @Test
    void stepsBecomeOneWhenNothingBetweenThemIsLeft() {
        TimerProgress progress = TimerProgress.NOTHING
                .upTo(100)
                .with(new Timer(50, 10, 1))
                .withNewStep()
                .upTo(200)
                .with(new Timer(20, 100, 1));

        assertThat(progress.merged(new Timer(30, 150, 1)).steps()).hasSize(2);
        assertThat(progress.merged(new Timer(70, 150, 1)).steps()).hasSize(1);
        assertThat(progress.merged(null).steps()).hasSize(1);
        assertThat(progress.merged(null).isDone(50, 10)).isTrue();
    }

    /** Timers arrive in any order and are taken earliest first; after every step the progress says exactly what is done. */
    @Test
    void alwaysTellsExactlyWhatIsDone() {
        for (long seed = 1; seed <= 300; seed++) {
            Random chance = new Random(seed);
            TimerProgress progress = TimerProgress.NOTHING;
            TreeSet<Timer> pending = new TreeSet<>();
            Set<Timer> done = new HashSet<>();
            long position = 0;
            for (int round = 0; round < 60; round++) {
                progress = progress.merged(pending.isEmpty() ? null : pending.first());
                for (int i = chance.nextInt(4); i > 0; i--) {
                    Timer timer = new Timer(chance.nextInt(40), position, 1);
                    position += 1 + chance.nextInt(3);
                    if (progress.isPast(timer.dueMs(), timer.position())) {
                        progress = progress.withNewStep();
                    }
                    pending.add(timer);
                }
                progress = progress.upTo(position);
                for (int i = chance.nextInt(4); i > 0 && !pending.isEmpty(); i--) {
                    Timer first = pending.pollFirst();
                    progress = progress.with(first);
                    done.add(first);
                }
                for (Timer timer : done) {
                    assertThat(progress.isDone(timer.dueMs(), timer.position()))
                            .as("seed %d: %s is done by %s", seed, timer, progress)
                            .isTrue();
                }
                for (Timer timer : pending) {
                    assertThat(progress.isDone(timer.dueMs(), timer.position()))
                            .as("seed %d: %s is not done by %s", seed, timer, progress)
                            .isFalse();
                }
            }
        }
    }
}
