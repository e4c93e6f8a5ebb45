package io.reliablemq.broker.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A chore that fails again and again, on a full disk for instance. */
class SegmentChoresTest {

    private static final Duration PAUSE = Duration.ofNanos(SegmentChores.PAUSE_NANOS);

    private final ManualClock clock = new ManualClock();
    private final List<String> told = new ArrayList<>();
    private final List<String> runs = new ArrayList<>();
    private @Nullable String failure = "no room";
    private final SegmentChores chores = new SegmentChores(
            clock, (where, error) -> told.add(String.valueOf(error.getMessage())), this::failing, this::sound);

    private long failing() throws IOException {
        runs.add("failing");
        if (failure != null) {
            throw new IOException(failure);
        }
        return Long.MAX_VALUE;
    }

    private long sound() {
        runs.add("sound");
        return Long.MAX_VALUE;
    }

    @Test
    void isTriedAgainAfterAPauseWhichTheOthersDoNotWaitFor() {
        assertThat(chores.run()).isEqualTo(PAUSE.toNanos());
        clock.pass(Duration.ofMillis(100));

        assertThat(chores.run()).isEqualTo(PAUSE.minusMillis(100).toNanos());
        assertThat(runs).containsExactly("failing", "sound", "sound");

        clock.pass(PAUSE);
        chores.run();
        assertThat(runs).endsWith("failing", "sound");
    }

    @Test
    void isToldOnceUntilItSucceeds() {
        for (int i = 0; i < 100; i++) {
            chores.run();
            clock.pass(PAUSE);
        }
        assertThat(told).containsExactly("no room");

        failure = "a bad block";
        chores.run();
        clock.pass(PAUSE);
        assertThat(told).containsExactly("no room", "a bad block");

        failure = null;
        assertThat(chores.run()).isEqualTo(Long.MAX_VALUE);
        failure = "a bad block";
        chores.run();
        assertThat(told).containsExactly("no room", "a bad block", "a bad block");
    }
}
