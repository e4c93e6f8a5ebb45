package io.reliablemq.spring.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualClockTest {

    private final Machine machine = new Machine();
    private final VirtualClock clock = new VirtualClock(machine);

    /** Stands where it is put. */
    private static final class Machine implements Clock {
        private long nanos = Long.MAX_VALUE - 10;

        void pass(Duration duration) {
            nanos += duration.toNanos();
        }

        @Override
        public long wallMs() {
            return 1_000_000 + (nanos - (Long.MAX_VALUE - 10)) / 1_000_000;
        }

        @Override
        public long nanos() {
            return nanos;
        }
    }

    @Test
    void runsWithRealTimeAndAheadOfIt() {
        Clock ofMessages = clock.forBroker().ofMessages();
        long before = ofMessages.nanos();
        clock.advance(Duration.ofHours(2));
        machine.pass(Duration.ofSeconds(1));

        assertThat(clock.millis()).isEqualTo(1_000_000 + 7_201_000);
        assertThat(ofMessages.nanos() - before)
                .isEqualTo(Duration.ofSeconds(7_201).toNanos());
    }

    @Test
    void standsWhileItIsFrozenAndGoesOnFromThere() {
        clock.advance(Duration.ofMinutes(1));
        clock.freeze();
        machine.pass(Duration.ofDays(1));
        assertThat(clock.millis()).isEqualTo(1_060_000);
        assertThat(clock.isFrozen()).isTrue();

        clock.advance(Duration.ofSeconds(5));
        assertThat(clock.millis()).isEqualTo(1_065_000);

        clock.resume();
        assertThat(clock.millis()).isEqualTo(1_065_000);
        machine.pass(Duration.ofSeconds(1));
        assertThat(clock.millis()).isEqualTo(1_066_000);
        assertThat(clock.isFrozen()).isFalse();
    }

    @Test
    void leavesTheTimeOfTheMachineAlone() {
        long nanos = clock.forBroker().nanos();
        clock.freeze();
        clock.advance(Duration.ofHours(1));

        assertThat(clock.forBroker().nanos()).isEqualTo(nanos);
        assertThat(clock.forBroker().wallMs()).isEqualTo(machine.wallMs());
    }

    @Test
    void wakesWhoeverWaitsUntilHeLeaves() {
        List<String> woken = new ArrayList<>();
        Clock.Registration first = clock.forBroker().ofMessages().onJump(() -> woken.add("first"));
        clock.forBroker().ofMessages().onJump(() -> woken.add("second"));
        clock.advance(Duration.ZERO);
        first.close();
        clock.advance(Duration.ofSeconds(1));

        assertThat(woken).containsExactly("first", "second", "second");
    }

    @Test
    void doesNotRunBack() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> clock.advance(Duration.ofSeconds(-1)))
                .withMessageContaining("PT-1S");
    }
}
